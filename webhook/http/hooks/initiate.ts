import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NIL_UUID } from '../../accepted-text.ts';
import type { Context, Worker } from '../../verification/context.ts';
import { handleSignUp } from '../../verification/person/index.ts';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { preferredLanguage } from '../negotiation.ts';
import { sendBadBody, sendProblem } from '../problems.ts';
import type { ReturnTo } from '../return-to.ts';
import { initiateBody } from '../schemas.ts';
import { logRefusal } from './doctor-probe.ts';

/** Options of `POST /jumio/initiate`. */
export interface InitiateOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly returnTo: ReturnTo;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'wrong-secret', { detail: 'the hook sends ORY_WEBHOOK_SECRET' });
}

/** Kratos discards the answer (docs/reference/kratos.md#12-can_interrupt-responseparse-responseignore), so the log names the problem too. */
function logMistake(request: FastifyRequest, field: string, detail: string): void {
  logRefusal(request, { field }, `could not record a sign-up: ${detail}`);
}

function badBody(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const detail = isObject
    ? 'kratos_identity_id must be the UUID of the identity: is the body template jsonnet/initiate.jsonnet?'
    : 'the body must be a JSON object; Kratos sends an empty one where the sign-up was too large for its template ' +
      '(then the first sign-in makes the missing row)';
  logMistake(request, isObject ? 'kratos_identity_id' : 'body', detail);
  const mistake = isObject
    ? { pointer: '#/kratos_identity_id', expected: 'the UUID of the identity' }
    : { pointer: '#', expected: 'a JSON object' };
  return sendBadBody(reply, [mistake], detail);
}

function nilId(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail =
    'the identity does not exist yet: the hook has `response.parse` or `can_interrupt` set, and so runs before it is ' +
    'stored. Remove both from the registration hook (ory-actions.yaml shows it).';
  logMistake(request, 'kratos_identity_id', detail);
  const errors = [{ pointer: '#/kratos_identity_id', expected: 'the UUID of an identity that exists' }];
  return sendProblem(reply, 'no-identity-yet', { detail, errors });
}

/** `POST /jumio/initiate`: Kratos' `registration.after`, a plain hook (docs/design.md#http-routes). */
export async function initiateRoute(app: FastifyInstance, options: InitiateOptions): Promise<void> {
  const { ctx, worker } = options;
  app.addHook('onRequest', requireKratos(options.isSecret, unauthorized));
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    if (error.statusCode !== 400) throw error;
    return badBody(request, reply, undefined);
  });

  app.post('/jumio/initiate', async (request, reply) => {
    const body = initiateBody.safeParse(request.body);
    if (!body.success) return badBody(request, reply, request.body);
    const { kratos_identity_id: identityId, schema_id: schemaId, created_at: kratosCreatedAt } = body.data;
    if (identityId === NIL_UUID) return nilId(request, reply);
    const locale = preferredLanguage(body.data.accept_language);
    const returnTo = options.returnTo(body.data.flow?.return_to ?? undefined);
    try {
      const method = body.data.flow?.method ?? undefined;
      const signUp = { identityId, returnTo, schemaId, kratosCreatedAt, locale, method };
      await handleSignUp(ctx, worker, signUp, ctx.waits.signUpMs);
    } catch (error) {
      // A 5xx would strand the account that Kratos has just stored; the next sign-in makes the missing row.
      request.log.error({ identity: identityId, err: error }, 'could not record the sign-up in the ledger');
    }
    return reply.code(204).send();
  });
}
