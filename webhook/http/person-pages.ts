import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { preferredLanguage } from '../texts/language.ts';
import { arrive } from '../verification/arrive.ts';
import { decline } from '../verification/consent.ts';
import type { Desk } from '../verification/desk.ts';
import { goOn } from '../verification/hand-over.ts';
import { nextOf } from '../verification/next.ts';
import type { Person } from '../verification/person.ts';
import { type View, view } from '../verification/view.ts';
import type { Worker } from '../verification/worker.ts';
import { backSince, hintIn } from './jumio-hint.ts';
import type { Limits } from './limits.ts';
import type { PageFields } from './page-fields.ts';
import { ARRIVAL_WAIT_MS, WAIT_MS } from './patience.ts';
import { forPerson, type Recognise } from './recognise.ts';
import { type Destinations, destinationOf } from './return-to.ts';
import { type Look, languageOf, type SendPage } from './send-page.ts';
import { standingPage } from './standing-page.ts';
import { wish, wishOf } from './wish.ts';

export interface PersonPagesOptions extends Destinations {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly limits: Limits;
  readonly look: Look;
  readonly send: SendPage;
}

/** `consent`: the version of the text that the person read and agrees to. */
const form = wish.extend({ consent: z.string().max(100).optional().catch(undefined) });

interface Seen {
  readonly place: PageFields['place'];
  readonly person: Person;
  /** As presented. */
  readonly wanted: string | undefined;
  /** See `PageFields`. */
  readonly pressed?: boolean;
  readonly back?: number | undefined;
}

/** Shows a person how things stand and what comes next. */
function createShow(options: PersonPagesOptions) {
  const { desk, send } = options;
  const { privacyUrl, support } = options.look.brand;
  return (reply: FastifyReply, shown: View, { place, person, wanted, pressed, back }: Seen): FastifyReply => {
    const returnTo = options.returnTo(wanted);
    const _csrf = reply.generateCsrf({ userInfo: person.identityId });
    const page = standingPage(shown, {
      place,
      pressed,
      fields: { _csrf, ...(returnTo === null ? {} : { return_to: returnTo }) },
      consentVersion: desk.consentVersion,
      sendsTraits: desk.prepared !== undefined,
      returnTo: destinationOf(shown, options, returnTo),
      hint: hintIn(reply.request.query),
      back,
      privacyUrl,
      support,
      now: desk.clock.now(),
    });
    return send(reply, 200, page);
  };
}

/** What the form says: where to go in the end, and whether the person agrees. */
function readForm(request: FastifyRequest, look: Look) {
  const { return_to: wanted, consent: version } = form.safeParse(request.body).data ?? {};
  const language = languageOf(look, request);
  const agreement = version === undefined ? undefined : { version, language };
  const preferred = look.localeOf?.(request) ?? preferredLanguage(request.headers['accept-language']);
  return { wanted, agreement, locale: preferred ?? language };
}

/** `GET` and `POST /jumio/verify`, `POST /jumio/decline`, `GET /jumio/status`: the person's side (design §6). */
export function personPages(app: FastifyInstance, recognise: Recognise, options: PersonPagesOptions): void {
  const { desk, worker, look, limits } = options;
  const show = createShow(options);
  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);

  app.get(
    '/jumio/verify',
    { preHandler: recognise },
    forPerson(async (person, request, reply) => {
      return show(reply, await view(desk, person), { place: 'verify', person, wanted: wishOf(request) });
    }),
  );

  app.get(
    '/jumio/status',
    { preHandler: recognise },
    forPerson(async (person, request, reply) => {
      const back = backSince(request.query, desk.clock.now());
      const shown = await arrive(desk, worker, person, ARRIVAL_WAIT_MS);
      return show(reply, shown, { place: 'status', person, wanted: undefined, back });
    }),
  );

  app.post(
    '/jumio/verify',
    { preHandler: [recognise, protect] },
    forPerson(async (person, request, reply) => {
      await limits.goingOn(person.identityId, reply);
      const { wanted, agreement, locale } = readForm(request, look);
      const returnTo = options.returnTo(wanted);
      const outcome = await goOn(desk, worker, person, { returnTo, agreement, locale }, WAIT_MS);
      if (outcome.kind === 'link') return reply.redirect(outcome.link, 303);
      const onwards = destinationOf(outcome.view, options, returnTo);
      const isApproved = outcome.view.status === 'approved' && nextOf(outcome.view).kind === 'done';
      if (isApproved && onwards !== undefined) return reply.redirect(onwards, 303);
      return show(reply, outcome.view, { place: 'verify', person, wanted, pressed: true });
    }),
  );

  app.post(
    '/jumio/decline',
    { preHandler: [recognise, protect] },
    forPerson(async (person, request, reply) => {
      await limits.goingOn(person.identityId, reply);
      await decline(desk, person, options.returnTo(readForm(request, look).wanted));
      return reply.redirect('/jumio/status', 303);
    }),
  );
}
