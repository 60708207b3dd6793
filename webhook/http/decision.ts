import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../verification/desk.ts';
import { judge } from '../verification/judgement.ts';
import { readCopy } from '../verification/published-copy.ts';
import { type IsSecret, requireBearer } from './authenticity.ts';
import { decisionBody, NIL_UUID } from './bodies.ts';
import { sendBadField, sendProblem } from './problem.ts';
import { sendVerdict, verdictAnswer } from './verdict-answer.ts';

const READ_WITHIN_MS = 500;

export interface DecisionOptions {
  readonly desk: Desk;
  readonly isSecret: IsSecret;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 401, title: 'The bearer token is missing or is not DECISION_SECRET' });
}

/**
 * `POST /jumio/decision`: what the gate says of an identity, for APIs and for Ory Oathkeeper's `remote_json`. Whoever
 * holds the secret vouches for the identity. 200 or 403; reads the ledger, calls nobody and writes nothing.
 */
export async function decision(app: FastifyInstance, { desk, isSecret }: DecisionOptions): Promise<void> {
  app.addHook('onRequest', requireBearer(isSecret, unauthorized));

  app.post('/jumio/decision', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const body = decisionBody.safeParse(request.body);
    const identityId = body.data?.kratos_identity_id ?? body.data?.subject;
    if (identityId === undefined || identityId === NIL_UUID) {
      const detail = 'kratos_identity_id, or subject, must be the UUID of an identity';
      return sendBadField(reply, 'kratos_identity_id', detail);
    }
    const judgement = await judge(desk, { identityId, copy: readCopy(body.data ?? {}) }, READ_WITHIN_MS);
    return sendVerdict(reply, verdictAnswer(judgement, desk.clock.now()));
  });
}
