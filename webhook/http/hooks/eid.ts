import type { FastifyInstance, FastifyReply } from 'fastify';
import { NIL_UUID } from '../../accepted-text.ts';
import { levelMessage } from '../../kratos/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import { handleLinkHook, refusedLevel } from '../../verification/eid/index.ts';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { sendBadBody, sendProblem } from '../problems.ts';
import { assuranceBody, linkBody } from '../schemas.ts';
import { logRefusal } from './doctor-probe.ts';

/** Options of `POST /eid/assurance`. */
export interface AssuranceOptions {
  readonly ctx: Context;
  readonly isSecret: IsSecret;
  readonly texts: Texts;
}

/**
 * `POST /eid/assurance`: refuses a sign-up by OpenID Connect below the level that its schema requires, before Kratos stores
 * it. Only the mapper's hint exists at this point: it may refuse, and approves nothing.
 */
export async function assuranceRoute(app: FastifyInstance, { ctx, isSecret, texts }: AssuranceOptions): Promise<void> {
  const refuseLevel = (reply: FastifyReply, language: string): FastifyReply =>
    reply.code(403).send(levelMessage(texts.translate(language, { key: 'block.level' })));
  const refuseHook = (reply: FastifyReply, code: number): FastifyReply =>
    reply.code(code).send(levelMessage(texts.translate('en', { key: 'block.unknown' })));
  app.addHook(
    'onRequest',
    requireKratos(isSecret, (reply) => refuseHook(reply, 401)),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    logRefusal(request, { err: error }, 'sign-up refused: unreadable body of the hook');
    return refuseHook(reply, 403);
  });

  app.post('/eid/assurance', async (request, reply) => {
    const body = assuranceBody.safeParse(request.body);
    if (!body.success) return refuseHook(reply, 403);
    const { schema_id: schema, assurance: hint, accept_language: acceptLanguage } = body.data;
    if (!hint) return reply.code(204).send();
    const { source, acr } = hint;
    const level = await refusedLevel(ctx, schema, { source, acr });
    if (level === undefined) return reply.code(204).send();
    request.log.info({ level }, 'sign-up refused: eID below the required level');
    return refuseLevel(reply, texts.choose({ acceptLanguage: acceptLanguage ?? undefined }));
  });
}

/** Options of `POST /eid/link`. */
export interface LinkHookOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
}

/** `POST /eid/link`: Kratos' `settings.after.oidc`, a plain hook: an eID was linked or unlinked. */
export async function linkRoute(app: FastifyInstance, { ctx, worker, isSecret }: LinkHookOptions): Promise<void> {
  app.addHook(
    'onRequest',
    requireKratos(isSecret, (reply) =>
      sendProblem(reply, 'wrong-secret', { detail: 'the hook sends ORY_WEBHOOK_SECRET' }),
    ),
  );

  app.post('/eid/link', async (request, reply) => {
    const body = linkBody.safeParse(request.body);
    if (!body.success || body.data.kratos_identity_id === NIL_UUID) {
      const detail = 'kratos_identity_id must be the UUID of an identity that exists: is the hook a plain one?';
      logRefusal(request, {}, `could not record a linked eID: ${detail}`);
      const errors = [{ pointer: '#/kratos_identity_id', expected: 'the UUID of an identity that exists' }];
      return sendBadBody(reply, errors, detail);
    }
    await handleLinkHook(ctx, worker, body.data.kratos_identity_id);
    return reply.code(204).send();
  });
}
