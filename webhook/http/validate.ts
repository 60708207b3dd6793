import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Block, blockMessage } from '../kratos/messages.ts';
import type { Desk } from '../verification/desk.ts';
import { type Policy, readCopy, type Verdict } from '../verification/gate.ts';
import { signIn } from '../verification/sign-in.ts';
import type { Worker } from '../verification/worker.ts';
import { type IsSecret, requireKratos } from './authenticity.ts';
import { NIL_UUID, validateBody } from './bodies.ts';

/** The whole answer; the person waits on it. */
const DEADLINE_MS = 1_000;

export interface ValidateOptions {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly policy: Policy;
}

const BLOCKS: Readonly<Record<Verdict['status'], Block>> = {
  rejected: 'rejected',
  review: 'review',
  none: 'unverified',
  pending: 'unverified',
  processing: 'unverified',
  expired: 'unverified',
  approved: 'unverified',
  unknown: 'unknown',
};

/** Final for Kratos: a 4xx other than 429 is neither retried nor overridden, and its text reaches the person. */
function refuse(reply: FastifyReply, code: number, status: Verdict['status']): FastifyReply {
  return reply.code(code).send(blockMessage(BLOCKS[status], status));
}

const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** `POST /jumio/validate`: the gate. Every answer is 204 or a 4xx in Kratos' shape, errors included (design §6). */
export async function validate(app: FastifyInstance, options: ValidateOptions): Promise<void> {
  const { desk, worker, policy } = options;
  app.addHook(
    'onRequest',
    requireKratos(options.isSecret, (reply) => refuse(reply, 401, 'unknown')),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
    if (isTheirs) request.log.warn('a sign-in was refused: the hook’s body could not be read');
    else request.log.error({ err: error }, 'a sign-in was refused: the gate failed');
    return refuse(reply, 403, 'unknown');
  });

  app.route({
    method: OTHER_METHODS,
    url: '/jumio/validate',
    handler: async (request, reply) => {
      request.log.warn('a sign-in was refused: the hook must use the method POST');
      return refuse(reply.header('allow', 'POST'), 405, 'unknown');
    },
  });

  app.post('/jumio/validate', async (request, reply) => {
    const body = validateBody.safeParse(request.body);
    if (!body.success || body.data.kratos_identity_id === NIL_UUID) {
      request.log.warn('a sign-in was refused: kratos_identity_id is not the UUID of an identity');
      return refuse(reply, 403, 'unknown');
    }
    const { kratos_identity_id: identityId, created_at: bornAt, schema_id: schemaId } = body.data;
    const copy = readCopy(typeof request.body === 'object' && request.body !== null ? request.body : {});
    const verdict = await signIn(desk, worker, policy, { identityId, bornAt, schemaId, copy }, DEADLINE_MS);
    if (verdict.decision === 'allow') return reply.code(204).send();
    request.log.info({ identity: identityId, status: verdict.status }, 'sign-in blocked');
    return refuse(reply, 403, verdict.status);
  });
}
