import type { FastifyInstance, FastifyReply } from 'fastify';
import { blockMessage } from '../kratos/messages.ts';
import { say } from '../texts/messages.ts';
import type { Texts } from '../texts/texts.ts';
import type { Desk } from '../verification/desk.ts';
import { UNKNOWN, type Verdict } from '../verification/gate.ts';
import { readCopy } from '../verification/published-copy.ts';
import { signIn } from '../verification/sign-in.ts';
import type { Worker } from '../verification/worker.ts';
import { type IsSecret, requireKratos } from './authenticity.ts';
import { askedOf, NIL_UUID, spokenBody, validateBody } from './bodies.ts';

/** The whole answer; the person waits on it. */
const DEADLINE_MS = 1_000;

export interface ValidateOptions {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly texts: Texts;
}

/** Final for Kratos: a 4xx other than 429 is neither retried nor overridden, and its text reaches the person. */
function createRefuse(texts: Texts) {
  return (reply: FastifyReply, code: number, { text: block, status }: Verdict = UNKNOWN): FastifyReply => {
    const acceptLanguage = spokenBody.safeParse(reply.request.body).data?.accept_language;
    const text = texts.tell(texts.choose({ acceptLanguage }), say(`block.${block}`));
    return reply.code(code).send(blockMessage(block, status, text));
  };
}

const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** `POST /jumio/validate`: the gate. Every answer is 204 or a 4xx in Kratos' shape, errors included (design §6). */
export async function validate(app: FastifyInstance, options: ValidateOptions): Promise<void> {
  const { desk, worker } = options;
  const refuse = createRefuse(options.texts);
  app.addHook(
    'onRequest',
    requireKratos(options.isSecret, (reply) => refuse(reply, 401)),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
    if (isTheirs) request.log.warn('a sign-in was refused: the hook’s body could not be read');
    else request.log.error({ err: error }, 'a sign-in was refused: the gate failed');
    return refuse(reply, 403);
  });

  app.route({
    method: OTHER_METHODS,
    url: '/jumio/validate',
    handler: async (request, reply) => {
      request.log.warn('a sign-in was refused: the hook must use the method POST');
      return refuse(reply.header('allow', 'POST'), 405);
    },
  });

  app.post('/jumio/validate', async (request, reply) => {
    const body = validateBody.safeParse(request.body);
    if (!body.success || body.data.kratos_identity_id === NIL_UUID) {
      request.log.warn('a sign-in was refused: kratos_identity_id is not the UUID of an identity');
      return refuse(reply, 403);
    }
    const { kratos_identity_id: identityId } = body.data;
    const copy = readCopy(typeof request.body === 'object' && request.body !== null ? request.body : {});
    const verdict = await signIn(desk, worker, { ...askedOf(body.data), identityId, copy }, DEADLINE_MS);
    if (verdict.decision === 'allow') return reply.code(204).send();
    request.log.info({ identity: identityId, status: verdict.status }, 'sign-in blocked');
    return refuse(reply, 403, verdict);
  });
}
