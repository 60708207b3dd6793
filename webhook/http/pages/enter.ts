import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { upTo } from '../../accepted-text.ts';
import { toText } from '../../texts/messages.ts';
import type { Context } from '../../verification/context.ts';
import { findLink, redeemLink } from '../../verification/person/index.ts';
import type { HandoverCookie } from '../handover-cookie.ts';
import { verifyPath } from '../return-to.ts';
import { authenticate } from '../session.ts';
import type { Sessions } from '../whoami.ts';
import { button, link, type Page } from './page.ts';
import type { RenderPage } from './render.ts';
import { OTHER_ACCOUNT } from './require-person.ts';
import { NO_IDENTITY } from './security.ts';

/** The page with one button that redeems a link: to open the URL redeems nothing. `fields`: hidden inputs. */
function confirmPage(fields: Readonly<Record<string, string>>): Page {
  return {
    title: toText('enter.title'),
    mood: 'open',
    sentence: toText('enter.sentence'),
    action: button(toText('button.continue'), fields, '/jumio/enter'),
  };
}

/**
 * The page for a link that never existed, was used, was replaced or has ended: all are alike, so that a caller learns
 * nothing. A browser that has used it continues by the button; any other is asked to sign in there.
 */
const SPENT_LINK: Page = {
  title: toText('used_link.title'),
  mood: 'problem',
  sentence: toText('used_link.sentence'),
  action: link('/jumio/verify', toText('button.verification')),
};

/** Options of `/jumio/enter`. */
export interface EnterOptions {
  readonly ctx: Context;
  readonly sessions: Sessions;
  readonly handover: HandoverCookie;
  readonly render: RenderPage;
}

const fields = z.object({ code: z.string().regex(upTo(100)) });

function codeIn(input: unknown): string | undefined {
  return fields.safeParse(input).data?.code;
}

/** The CSRF token is not bound to an identity: the person is not known yet. */
function answerConfirmPage(render: RenderPage, reply: FastifyReply, status: number, input: unknown): FastifyReply {
  const code = codeIn(input);
  if (code === undefined) return render(reply, 410, SPENT_LINK);
  return render(reply, status, confirmPage({ _csrf: reply.generateCsrf({ userInfo: NO_IDENTITY }), code }));
}

/**
 * Whether this browser has a session that is not the identity's. A session that needs a second factor is of an unknown
 * identity, and counts. While Kratos is down no session is known, and an existing one wins once Kratos is back.
 * @throws TooManySessionChecks the link stays valid: a stranger must not be able to bring about that nothing is known
 */
async function hasOtherSession(
  request: FastifyRequest,
  reply: FastifyReply,
  sessions: Sessions,
  identityId: string,
): Promise<boolean> {
  const sender = await authenticate(request, reply, { kratos: sessions, credentials: 'cookie' });
  return sender.kind === 'second-factor' || (sender.kind === 'person' && sender.person.identityId !== identityId);
}

/**
 * `GET` and `POST /jumio/enter`: redeems a one-time link, in exchange for the hand-over cookie of its identity. Mail
 * scanners and prefetching browsers open URLs, so only the button redeems a link.
 */
export function enterRoutes(app: FastifyInstance, { ctx, sessions, handover, render }: EnterOptions): void {
  app.get('/jumio/enter', async (request, reply) => answerConfirmPage(render, reply, 200, request.query));

  /** A refused CSRF token costs a second press, and does not use the link up. */
  const answerRefusedToken = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (error.statusCode !== 403) throw error;
    answerConfirmPage(render, reply, 403, request.body);
  };

  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);
  const routeOptions = { preHandler: protect, errorHandler: answerRefusedToken };
  app.post('/jumio/enter', routeOptions, async (request, reply) => {
    const code = codeIn(request.body) ?? '';
    const found = await findLink(ctx, code);
    if (found === undefined) return render(reply, 410, SPENT_LINK);
    if (await hasOtherSession(request, reply, sessions, found.identityId)) return render(reply, 409, OTHER_ACCOUNT);
    const redeemed = await redeemLink(ctx, code);
    if (redeemed === undefined) return render(reply, 410, SPENT_LINK);
    await handover.setOnRedeemed(reply, redeemed);
    return reply.redirect(verifyPath(found.returnTo), 303);
  });
}
