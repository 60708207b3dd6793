import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { preferredLanguage } from '../../texts/language.ts';
import type { Context, Worker } from '../../verification/context.ts';
import {
  ARRIVAL_WAIT_MS,
  continueVerification,
  declineConsent,
  loadView,
  nextStep,
  type Person,
  recordVisit,
  type View,
  WAIT_MS,
} from '../../verification/person/index.ts';
import type { Limits } from '../rate-limit.ts';
import { type Destinations, destinationOf, requestedReturnTo, returnToQuery } from '../return-to.ts';
import type { Handover } from '../session.ts';
import { enter } from './enter.ts';
import { answerWithPage, fallbackPages } from './fallback.ts';
import { backSince, hintIn } from './jumio-redirect.ts';
import type { PageFields } from './page.ts';
import { createRenderer, languageOf, type RenderPage, type Theme } from './render.ts';
import { createRequirePerson, forPerson, personBehind, type RequirePerson } from './require-person.ts';
import { securePages } from './security.ts';
import { standingPage } from './status-page.ts';

export interface PagesOptions extends Omit<PersonPagesOptions, 'send'> {
  readonly handover: Handover;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
  /** Whether Jumio's hosted page is reached by http, as a sandbox's is. */
  readonly plainHttp: boolean;
}

/** Every page that a person's browser is shown, behind one set of headers, cookies and tokens. */
export async function pages(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { ctx, handover, limits, returnTo, publicUrl, kratosPublicUrl } = options;
  app.addHook('onRequest', limits.before);
  await securePages(app, {
    referenceKey: ctx.ledger.referenceKey,
    isHttps: handover.secure,
    plainHttp: options.plainHttp,
    identityOf: (request) => personBehind(request)?.identityId,
  });
  const look: Theme = { ...options.look, localeOf: (request) => personBehind(request)?.locale };
  const send = createRenderer(look);
  app.setErrorHandler(answerWithPage(send, returnTo));
  enter(app, { ctx, handover, send });
  const recognise = createRequirePerson({ handover, limits, send, returnTo, publicUrl, kratosPublicUrl });
  personPages(app, recognise, { ...options, look, send });
  fallbackPages(app, send, { support: look.brand.support, returnTo });
}

export interface PersonPagesOptions extends Destinations {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly limits: Limits;
  readonly look: Theme;
  readonly send: RenderPage;
}

/** `consent`: the version of the text that the person read and agrees to. */
const form = returnToQuery.extend({ consent: z.string().max(100).optional().catch(undefined) });

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
  const { ctx, send } = options;
  const { privacyUrl, support } = options.look.brand;
  return (reply: FastifyReply, shown: View, { place, person, wanted, pressed, back }: Seen): FastifyReply => {
    const returnTo = options.returnTo(wanted);
    const _csrf = reply.generateCsrf({ userInfo: person.identityId });
    const page = standingPage(shown, {
      place,
      pressed,
      fields: { _csrf, ...(returnTo === null ? {} : { return_to: returnTo }) },
      consentVersion: ctx.consentVersion,
      sendsTraits: ctx.prefill !== undefined,
      returnTo: destinationOf(shown, options, returnTo),
      hint: hintIn(reply.request.query),
      back,
      privacyUrl,
      support,
      now: ctx.clock.now(),
    });
    return send(reply, 200, page);
  };
}

/** What the form says: where to go in the end, and whether the person agrees. */
function readForm(request: FastifyRequest, look: Theme) {
  const { return_to: wanted, consent: version } = form.safeParse(request.body).data ?? {};
  const language = languageOf(look, request);
  const agreement = version === undefined ? undefined : { version, language };
  const preferred = look.localeOf?.(request) ?? preferredLanguage(request.headers['accept-language']);
  return { wanted, agreement, locale: preferred ?? language };
}

/** `GET` and `POST /jumio/verify`, `POST /jumio/decline`, `GET /jumio/status`: the person's side (docs/design.md#http-routes). */
export function personPages(app: FastifyInstance, recognise: RequirePerson, options: PersonPagesOptions): void {
  const { ctx, worker, look, limits } = options;
  const show = createShow(options);
  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);

  app.get(
    '/jumio/verify',
    { preHandler: recognise },
    forPerson(async (person, request, reply) => {
      return show(reply, await loadView(ctx, person), { place: 'verify', person, wanted: requestedReturnTo(request) });
    }),
  );

  app.get(
    '/jumio/status',
    { preHandler: recognise },
    forPerson(async (person, request, reply) => {
      const back = backSince(request.query, ctx.clock.now());
      const shown = await recordVisit(ctx, worker, person, ARRIVAL_WAIT_MS);
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
      const outcome = await continueVerification(ctx, worker, person, { returnTo, agreement, locale }, WAIT_MS);
      if (outcome.kind === 'link') return reply.redirect(outcome.link, 303);
      const onwards = destinationOf(outcome.view, options, returnTo);
      const isApproved = outcome.view.status === 'approved' && nextStep(outcome.view).kind === 'done';
      if (isApproved && onwards !== undefined) return reply.redirect(onwards, 303);
      return show(reply, outcome.view, { place: 'verify', person, wanted, pressed: true });
    }),
  );

  app.post(
    '/jumio/decline',
    { preHandler: [recognise, protect] },
    forPerson(async (person, request, reply) => {
      await limits.goingOn(person.identityId, reply);
      await declineConsent(ctx, person, options.returnTo(readForm(request, look).wanted));
      return reply.redirect('/jumio/status', 303);
    }),
  );
}
