import type { FastifyInstance } from 'fastify';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { sendProblem } from '../problems.ts';

/** Options of the route. */
export interface AppliedOptions {
  readonly isSecret: IsSecret;
  readonly path: string;
  /** Returns what this process applies. */
  readonly applied: () => Promise<object>;
}

/** Answers the operator's commands what this process applies: the commands read files that may have changed since it started. */
export async function appliedRoute(app: FastifyInstance, { isSecret, path, applied }: AppliedOptions): Promise<void> {
  app.addHook(
    'onRequest',
    requireKratos(isSecret, (reply) => sendProblem(reply, 'wrong-secret')),
  );
  app.get(path, applied);
}
