import type { FastifyInstance, FastifyReply } from 'fastify';
import { levelMessage } from '../../kratos/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import { handleLinkHook, missedLevel } from '../../verification/eid/index.ts';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { sendProblem } from '../errors.ts';
import { assuranceBody, linkBody, NIL_UUID } from '../schemas.ts';

export interface EidOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly texts: Texts;
}

/**
 * `POST /eid/assurance`: before Kratos stores a sign-up by OpenID Connect, refuses one below the level that its schema
 * requires. The mapper's hint is all there is at this point: it may refuse, and approves nothing.
 */
export async function assurance(app: FastifyInstance, { ctx, isSecret, texts }: EidOptions): Promise<void> {
  const refuse = (reply: FastifyReply, code: number, language: string): FastifyReply =>
    reply.code(code).send(levelMessage(texts.translate(language, { key: 'block.level' })));
  const broken = (reply: FastifyReply, code: number): FastifyReply =>
    reply.code(code).send(levelMessage(texts.translate('en', { key: 'block.unknown' })));
  app.addHook(
    'onRequest',
    requireKratos(isSecret, (reply) => broken(reply, 401)),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    request.log.warn({ err: error }, 'a sign-up was refused: the hook’s body could not be read');
    return broken(reply, 403);
  });

  app.post('/eid/assurance', async (request, reply) => {
    const body = assuranceBody.safeParse(request.body);
    if (!body.success) return broken(reply, 403);
    const { schema_id: schema, assurance: hint, accept_language: acceptLanguage } = body.data;
    if (ctx.eid === undefined || !hint) return reply.code(204).send();
    const { source, acr } = hint;
    const missed = missedLevel(ctx.policy.requiredLevels, ctx.eid.providers, schema, { source, acr });
    if (missed === undefined) return reply.code(204).send();
    request.log.info({ level: missed }, 'a sign-up was refused: its eID was used below the required level');
    return refuse(reply, 403, texts.choose({ acceptLanguage: acceptLanguage ?? undefined }));
  });
}

/** `POST /eid/link`: `settings.after.oidc`, a plain hook: an eID was linked, or unlinked. */
export async function link(app: FastifyInstance, { ctx, worker, isSecret }: EidOptions): Promise<void> {
  app.addHook(
    'onRequest',
    requireKratos(isSecret, (reply) =>
      sendProblem(reply, { status: 401, title: 'The webhook secret is missing or wrong' }),
    ),
  );

  app.post('/eid/link', async (request, reply) => {
    const body = linkBody.safeParse(request.body);
    if (!body.success || body.data.kratos_identity_id === NIL_UUID) {
      const detail = 'kratos_identity_id must be the UUID of an identity that exists: is the hook a plain one?';
      request.log.warn(`an eID that was linked was not taken: ${detail}`);
      return sendProblem(reply, { status: 400, title: 'The hook’s body is not usable', detail });
    }
    await handleLinkHook(ctx, worker, body.data.kratos_identity_id);
    return reply.code(204).send();
  });
}
