import type { FastifyInstance, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { toText } from '../../../texts/messages.ts';
import type { Context } from '../../../verification/context.ts';
import { loadView, makeRow, nextStep, type View } from '../../../verification/person/index.ts';
import type { Limits } from '../../rate-limit.ts';
import { followPath, type ReturnTo, requestedReturnTo, verifyPath } from '../../return-to.ts';
import { link, type Page, paragraphs } from '../page.ts';
import type { RenderPage } from '../render.ts';
import { forPerson, type RequirePerson } from '../require-person.ts';
import { agreedOf, offerState } from './phone-block.ts';

/** Whether the person is still at work on their phone: the status page says everything else. */
function isUnderWay(view: View): boolean {
  const next = nextStep(view);
  const isAgreeing = next.kind === 'consent' && view.consent !== 'declined';
  const isAtWork = isAgreeing || next.kind === 'go' || (next.kind === 'wait' && next.on === 'preparing');
  const isDecided = view.status === 'approved' || view.status === 'review' || view.status === 'rejected';
  return isAtWork && (!isDecided || view.furtherAttempt !== null);
}

const offered = z.object({ unchanged: z.string().optional().catch(undefined) });

/** What stood when the phone was offered; undefined: the address does not say, or something has changed since. */
function stateAtOffer({ query }: FastifyRequest): string | undefined {
  return offered.safeParse(query).data?.unchanged;
}

/** How often the page looks whether the phone is done, in seconds: the person looks from one screen to the other. */
const POLL_S = 5;

/** The page that waits at the computer while the person is at work on their phone. */
function followPage(view: View, to: string, returnTo: string | null): Page {
  return {
    title: toText('phone.following_title'),
    mood: 'waiting',
    sentence: toText('phone.following'),
    blocks: paragraphs(toText('next.wait')),
    action: link(to, toText('button.look_again')),
    others: [link(verifyPath(returnTo), toText('phone.here'))],
    refreshSeconds: POLL_S,
    // The page's script goes to `to` as soon as the status, or the consent, is no longer what `seen` says.
    follow: { to, seen: `${view.status} ${agreedOf(view)}` },
  };
}

/** Options of `phoneRoutes`. */
export interface PhoneRoutesOptions {
  readonly ctx: Context;
  readonly limits: Limits;
  readonly render: RenderPage;
  readonly returnTo: ReturnTo;
}

/**
 * `GET /jumio/phone`: the page of the computer, until the status page has something to say. `POST`: makes the row of a person
 * whom the ledger does not have, so that the consent page can show a one-time link.
 */
export function phoneRoutes(app: FastifyInstance, requirePerson: RequirePerson, options: PhoneRoutesOptions): void {
  const { ctx, limits, render } = options;
  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);

  app.get(
    '/jumio/phone',
    { preHandler: requirePerson },
    forPerson(async (person, request, reply) => {
      const view = await loadView(ctx, person);
      const returnTo = options.returnTo(requestedReturnTo(request));
      const [atOffer, now] = [stateAtOffer(request), offerState(person.identityId, view)];
      if (atOffer === now) return render(reply, 200, followPage(view, followPath(returnTo, now), returnTo));
      if (!isUnderWay(view)) return reply.redirect('/jumio/status', 303);
      // From now on a state that stood before is news: a second rejection looks like the first.
      if (atOffer !== undefined) return reply.redirect(followPath(returnTo), 303);
      return render(reply, 200, followPage(view, followPath(returnTo), returnTo));
    }),
  );

  app.post(
    '/jumio/phone',
    { preHandler: [requirePerson, protect] },
    forPerson(async (person, request, reply) => {
      await limits.continuing(person.identityId, reply);
      await makeRow(ctx, person);
      return reply.redirect(verifyPath(options.returnTo(requestedReturnTo(request))), 303);
    }),
  );
}
