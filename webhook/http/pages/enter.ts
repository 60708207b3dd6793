import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { UpstreamError } from '../../errors.ts';
import { say } from '../../texts/messages.ts';
import type { Context } from '../../verification/context.ts';
import { findLink, redeemLink } from '../../verification/person/index.ts';
import { verifyPath } from '../return-to.ts';
import { type Handover, rememberBrowser } from '../session.ts';
import { button, link, type Page } from './page.ts';
import type { RenderPage } from './render.ts';
import { OTHER_ACCOUNT } from './require-person.ts';
import { NO_IDENTITY } from './security.ts';

/** One button: whoever only looks at the address spends nothing. `fields` travel with it. */
export function confirmPage(fields: Readonly<Record<string, string>>): Page {
  return { sentence: say('enter.sentence'), action: button(say('button.continue'), fields, '/jumio/enter') };
}

/**
 * Never made, used, replaced or ended: all look the same, so that nobody learns which. Who has used it in this browser
 * gets on by the button, and who is not known there is asked to sign in.
 */
export const SPENT_LINK: Page = {
  sentence: say('used_link.sentence'),
  action: link('/jumio/verify', say('button.verification')),
};

export interface EnterOptions {
  readonly ctx: Context;
  readonly handover: Handover;
  readonly send: RenderPage;
}

const fields = z.object({ code: z.string().min(1).max(100) });

function codeIn(sent: unknown): string | undefined {
  return fields.safeParse(sent).data?.code;
}

/** The page with the button; its token is not bound to an identity, because nobody is known yet. */
function door(send: RenderPage, reply: FastifyReply, status: number, sent: unknown): FastifyReply {
  const code = codeIn(sent);
  if (code === undefined) return send(reply, 410, SPENT_LINK);
  return send(reply, status, confirmPage({ _csrf: reply.generateCsrf({ userInfo: NO_IDENTITY }), code }));
}

/**
 * Whether a session in this browser is not the identity's. A session that owes a second factor is somebody's, we do not
 * know whose. With Kratos down nothing is known of a session, and one that is there will win as soon as Kratos is back.
 */
async function isSomebodyElse(
  request: FastifyRequest,
  kratos: Handover['kratos'],
  identityId: string,
): Promise<boolean> {
  const { cookie } = request.headers;
  if (cookie === undefined) return false;
  try {
    const whoami = await kratos.whoami({ cookie });
    return whoami.kind === 'second-factor' || (whoami.kind === 'session' && whoami.identity.id !== identityId);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return false;
  }
}

/**
 * `GET` and `POST /jumio/enter`: a one-time address is exchanged for the hand-over cookie of its identity. Mail scanners
 * and prefetching browsers open addresses, so only the button uses one up.
 */
export function enter(app: FastifyInstance, { ctx, handover, send }: EnterOptions): void {
  app.get('/jumio/enter', async (request, reply) => door(send, reply, 200, request.query));

  /** A token that is refused costs a second press and not the address. */
  const refused = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (error.statusCode !== 403) throw error;
    door(send, reply, 403, request.body);
  };

  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);
  app.post('/jumio/enter', { preHandler: protect, errorHandler: refused }, async (request, reply) => {
    const code = codeIn(request.body) ?? '';
    const found = await findLink(ctx, code);
    if (found === undefined) return send(reply, 410, SPENT_LINK);
    if (await isSomebodyElse(request, handover.kratos, found.identityId)) return send(reply, 409, OTHER_ACCOUNT);
    if ((await redeemLink(ctx, code)) === undefined) return send(reply, 410, SPENT_LINK);
    rememberBrowser(reply, found.identityId, handover);
    return reply.redirect(verifyPath(found.returnTo), 303);
  });
}
