import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { KratosIdentity, KratosSession } from '../../kratos/types.ts';
import { toText } from '../../texts/messages.ts';
import { findForPayer, type PayerContext, type PayerSession, type Transaction } from '../../transactions/index.ts';
import type { Limits } from '../rate-limit.ts';
import { authenticate, type Unauthenticated } from '../session.ts';
import type { Sessions } from '../whoami.ts';
import type { ApprovalDocument, RenderApproval } from './document.ts';
import { approvePath } from './form.ts';

/** The payer behind a request, and their transaction. */
export interface PayerRequest {
  readonly identity: KratosIdentity;
  readonly session: PayerSession;
  readonly transaction: Transaction;
}

const payers = new WeakMap<FastifyRequest, PayerRequest>();

/** Returns the payer behind a request; undefined before they are authenticated. */
export function payerBehind(request: FastifyRequest): PayerRequest | undefined {
  return payers.get(request);
}

/** Options of `createRequirePayer`. */
export interface RequirePayerOptions {
  readonly ctx: PayerContext;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly render: RenderApproval;
  readonly kratosPublicUrl: string;
}

const path = z.object({ id: z.uuid().transform((id) => id.toLowerCase()) });

/** Returns the id in the path of a request; undefined: no transaction has one of this shape. */
export function transactionIdIn(request: FastifyRequest): string | undefined {
  return path.safeParse(request.params).data?.id;
}

/** Unknown, and another person's: the same page, so that nobody learns which ids there are. */
const UNKNOWN: ApprovalDocument = {
  title: toText('approve.unknown.title'),
  mood: 'problem',
  sentence: toText('approve.unknown.sentence'),
};

/** Where a payer signs in, and comes back from to the page. @param refresh whether a session that there is must be renewed */
export function signInUrl(
  { ctx, kratosPublicUrl }: Pick<RequirePayerOptions, 'ctx' | 'kratosPublicUrl'>,
  id: string | undefined,
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL('self-service/login/browser', kratosPublicUrl.replace(/\/*$/, '/'));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  if (id !== undefined) url.searchParams.set('return_to', `${ctx.publicUrl}${approvePath(id)}`);
  return url.href;
}

/** Kratos' own address of the second factor, and only Kratos'. */
function secondFactorUrl(redirectTo: string | undefined, options: RequirePayerOptions, id: string | undefined): string {
  const url = redirectTo !== undefined && URL.canParse(redirectTo) ? new URL(redirectTo) : undefined;
  // Without the level Kratos would send a signed-in person straight back here.
  if (url?.origin !== new URL(options.kratosPublicUrl).origin) return signInUrl(options, id, { aal: 'aal2' });
  if (id !== undefined) url.searchParams.set('return_to', `${options.ctx.publicUrl}${approvePath(id)}`);
  return url.href;
}

/** The page where the payer, or this service, cannot be known at this moment. */
export function downPage(id: string | undefined): ApprovalDocument {
  return {
    title: toText('approve.down.title'),
    mood: 'problem',
    sentence: toText('approve.down.sentence'),
    ...(id === undefined ? {} : { link: { href: approvePath(id), text: toText('button.reload') } }),
  };
}

function answerStranger(
  sender: Unauthenticated,
  reply: FastifyReply,
  options: RequirePayerOptions,
  id: string | undefined,
): FastifyReply {
  switch (sender.kind) {
    case 'no-session':
      return options.render(reply, 401, {
        title: toText('approve.sign_in.title'),
        sentence: toText('approve.sign_in.sentence'),
        link: { href: signInUrl(options, id), text: toText('button.sign_in') },
      });
    case 'second-factor':
      return reply.redirect(secondFactorUrl(sender.redirectTo, options, id), 303);
    case 'kratos-down':
      return options.render(reply, 503, downPage(id));
    default:
      return sender satisfies never;
  }
}

function payerSession(identity: KratosIdentity, session: KratosSession): PayerSession {
  return { ...session, identityId: identity.id, accountSince: identity.createdAt };
}

/**
 * Returns a `preHandler` hook that authenticates the payer by their session of Kratos and finds their transaction. The
 * hand-over cookie counts for nothing here: it shows no password.
 */
export function createRequirePayer(options: RequirePayerOptions) {
  const { ctx, sessions, limits, render } = options;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const id = transactionIdIn(request);
    const sender = await authenticate(request, reply, { kratos: sessions, credentials: 'cookie' });
    if (sender.kind !== 'person') return answerStranger(sender, reply, options, id);
    const { identity, session } = sender;
    if (identity === undefined || session === undefined) return render(reply, 503, downPage(id));
    await limits.person(identity.id, reply);
    const transaction = id === undefined ? undefined : await findForPayer(ctx, id, identity.id);
    if (transaction === undefined) return render(reply, 404, UNKNOWN);
    payers.set(request, { identity, session: payerSession(identity, session), transaction });
    return undefined;
  };
}
