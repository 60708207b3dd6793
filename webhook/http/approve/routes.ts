import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preHandlerAsyncHookHandler,
  preHandlerHookHandler,
} from 'fastify';
import { z } from 'zod';
import {
  type ApprovalState,
  type AtPage,
  backTo,
  type HintClient,
  type PayerContext,
  readApprovalState,
} from '../../transactions/index.ts';
import type { Context } from '../../verification/context.ts';
import { decideForApi } from '../../verification/gate/index.ts';
import { readPublishedCopy } from '../../verification/record/index.ts';
import type { CookieSigner } from '../cookies.ts';
import { assetRoute } from '../pages/assets.ts';
import { backSince, cleanedPath, hintIn } from '../pages/jumio-redirect.ts';
import { languageOf, type Theme } from '../pages/render.ts';
import { securePages } from '../pages/security.ts';
import type { Limits } from '../rate-limit.ts';
import type { Sessions } from '../whoami.ts';
import { createApprovalRenderer } from './document.ts';
import { answerWithApprovalPage } from './errors.ts';
import type { FactorParts } from './factors/part.ts';
import { approvePath } from './form.ts';
import { hintRoute } from './hint-route.ts';
import { approvalPage } from './page.ts';
import { press } from './press.ts';
import { createRequirePayer, type PayerRequest, payerBehind, signInUrl, transactionIdIn } from './require-payer.ts';
import { NOTICES, type Notice } from './wording.ts';

/** Options of the pages about payments. */
export interface ApproveOptions {
  readonly ctx: PayerContext;
  /** For the gate's decision about the payer. */
  readonly verification: Context;
  readonly parts: FactorParts;
  /** Undefined: no client signs hints. */
  readonly hints: HintClient | undefined;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly signer: CookieSigner;
  readonly theme: Theme;
  readonly kratosPublicUrl: string;
  /** Whether browsers reach the service by https. */
  readonly isHttps: boolean;
}

/** After this many milliseconds the published copy decides alone. */
const READ_TIMEOUT_MS = 500;

/** Whether the gate lets a payer in now: by the ledger and the copy in the session, as at a sign-in. */
async function isAllowed(verification: Context, { identity }: PayerRequest): Promise<boolean> {
  const { id: identityId, metadataPublic, schemaId, createdAt: kratosCreatedAt } = identity;
  const copy = readPublishedCopy({ metadata_public: metadataPublic });
  const decision = await decideForApi(verification, { identityId, copy, schemaId, kratosCreatedAt }, READ_TIMEOUT_MS);
  return decision !== 'unknown-identity' && decision.signIn === 'allow';
}

const query = z.object({ notice: z.enum(NOTICES) });

/** The schemes of the addresses that a form may lead to. */
function formSchemes({ settings }: PayerContext): string[] {
  const uris = Object.values(settings.clients).flatMap(({ redirect_uris }) => redirect_uris);
  return [...new Set(uris.map((uri) => new URL(uri).protocol))];
}

/** `GET` and `POST /approve/{id}`: the page on which a payer approves a transaction (docs/payments.md#the-page). */
export async function approveRoutes(app: FastifyInstance, options: ApproveOptions): Promise<void> {
  const { ctx, verification, parts, limits, signer, isHttps } = options;
  app.addHook('onRequest', limits.beforeSession('cookie'));
  // Bound to both: a token for one payment approves no other, and that of one person is worth nothing to another.
  const boundTo = ({ session, transaction }: PayerRequest): string => `${session.identityId} ${transaction.id}`;
  const identityOf = (request: FastifyRequest): string | undefined => {
    const payer = payerBehind(request);
    return payer && boundTo(payer);
  };
  const security = { signer, csrfKey: verification.ledger.subjectKey, isHttps, formSchemes: formSchemes(ctx) };
  await securePages(app, { ...security, identityOf });
  const theme: Theme = { ...options.theme, localeOf: (request) => payerBehind(request)?.identity.locale };
  const render = createApprovalRenderer(theme);
  app.setErrorHandler(answerWithApprovalPage(render));
  const requirePayer = createRequirePayer({ ...options, render });
  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);

  if (options.hints !== undefined) hintRoute(app, { ctx, hints: options.hints, render });
  for (const { script } of Object.values(parts)) if (script !== undefined) assetRoute(app, script);

  const atPage = (request: FastifyRequest, { session, transaction }: PayerRequest): AtPage => ({
    session,
    transaction,
    locale: languageOf(theme, request),
  });

  const show = async (reply: FastifyReply, payer: PayerRequest, state: ApprovalState): Promise<FastifyReply> => {
    const at = atPage(reply.request, payer);
    const page = await approvalPage({
      ctx,
      parts,
      at,
      state,
      csrfToken: reply.generateCsrf({ userInfo: boundTo(payer) }),
      notice: query.safeParse(reply.request.query).data?.notice,
      hint: hintIn(reply.request.query),
      back: backSince(reply.request.query, ctx.clock.now()),
      translate: (text) => theme.texts.translate(at.locale, text),
      backTo: backTo(ctx, payer.transaction),
      passwordUrl: signInUrl(options, payer.transaction.id, { refresh: 'true' }),
    });
    return render(reply, 200, page);
  };

  /** To the page, which says how it stands: to load it again presses nothing. */
  const toPage = (reply: FastifyReply, { transaction }: PayerRequest, notice?: Notice): FastifyReply =>
    reply.redirect(approvePath(transaction.id) + (notice === undefined ? '' : `?notice=${notice}`), 303);

  const toClient = (reply: FastifyReply, payer: PayerRequest): FastifyReply => {
    const back = backTo(ctx, payer.transaction);
    return back === undefined ? toPage(reply, payer) : reply.redirect(back, 303);
  };

  /** Back from Jumio: its redirect adds ids, which a history and a shared computer need not show. */
  const clean: preHandlerAsyncHookHandler = async (request, reply) => {
    const id = transactionIdIn(request);
    const path = id === undefined ? undefined : cleanedPath(request.query, ctx.clock.now(), approvePath(id));
    return path === undefined ? undefined : reply.redirect(path, 303);
  };

  app.get('/approve/:id', { preHandler: [clean, requirePayer] }, async (request, reply) => {
    const payer = payerBehind(request);
    if (payer === undefined) return reply;
    return show(reply, payer, await readApprovalState(ctx, payer, await isAllowed(verification, payer)));
  });

  app.post('/approve/:id', { preHandler: [requirePayer, protect] }, async (request, reply) => {
    const payer = payerBehind(request);
    if (payer === undefined) return reply;
    const at = atPage(request, payer);
    const readState = async () => readApprovalState(ctx, payer, await isAllowed(verification, payer));
    const limit = () => limits.continuing(payer.session.identityId, reply);
    const pressed = await press({ ctx, parts, at, readState, limit, waitMs: verification.waits.visitMs }, request.body);
    if (pressed.kind === 'vendor') return reply.redirect(pressed.url, 303);
    return pressed.kind === 'final' ? toClient(reply, payer) : toPage(reply, payer, pressed.notice);
  });
}
