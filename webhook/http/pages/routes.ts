import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { upTo } from '../../accepted-text.ts';
import type { Context, Worker } from '../../verification/context.ts';
import {
  continueVerification,
  declineConsent,
  loadView,
  nextStep,
  type Person,
  recordVisit,
  type View,
} from '../../verification/person/index.ts';
import type { CookieSigner } from '../cookies.ts';
import type { HandoverCookie } from '../handover-cookie.ts';
import { preferredLanguage } from '../negotiation.ts';
import type { Limits } from '../rate-limit.ts';
import { type Destinations, destinationOf, requestedReturnTo, returnToQuery } from '../return-to.ts';
import type { Sessions } from '../whoami.ts';
import { enterRoutes } from './enter.ts';
import { answerWithPage, fallbackRoutes } from './fallback.ts';
import { backSince, cleanedPath, hintIn } from './jumio-redirect.ts';
import type { PageFields } from './page.ts';
import { createPhoneAddresses } from './phone/address.ts';
import { phoneRoutes } from './phone/follow-page.ts';
import { createRenderer, languageOf, type RenderPage, type Theme } from './render.ts';
import { createRequirePerson, forPerson, personBehind, type RequirePerson } from './require-person.ts';
import { securePages } from './security.ts';
import { statusPage } from './status-page.ts';

/** Options of the pages. */
export interface PagesOptions extends Omit<StatusRoutesOptions, 'render'> {
  readonly sessions: Sessions;
  readonly signer: CookieSigner;
  readonly kratosPublicUrl: string;
  /** Whether browsers reach the service by https. */
  readonly isHttps: boolean;
  /** The schemes of Jumio's hosted page and of the addresses that people return to. */
  readonly formSchemes: readonly string[];
}

/** Every page for a person's browser, behind one set of headers, cookies and tokens. */
export async function pageRoutes(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { ctx, sessions, handover, limits, returnTo, publicUrl, kratosPublicUrl, isHttps, formSchemes } = options;
  const { signer } = options;
  app.addHook('onRequest', limits.beforeSession('cookie'));
  const identityOf = (request: FastifyRequest): string | undefined => personBehind(request)?.identityId;
  await securePages(app, { signer, csrfKey: ctx.ledger.subjectKey, isHttps, formSchemes, identityOf });
  const theme: Theme = { ...options.theme, localeOf: (request) => personBehind(request)?.locale };
  const render = createRenderer(theme);
  app.setErrorHandler(answerWithPage(render, returnTo));
  enterRoutes(app, { ctx, sessions, handover, render });
  const requirePerson = createRequirePerson({
    sessions,
    handover,
    limits,
    render,
    returnTo,
    publicUrl,
    kratosPublicUrl,
  });
  statusRoutes(app, requirePerson, { ...options, theme, render });
  phoneRoutes(app, requirePerson, { ctx, limits, render, returnTo });
  fallbackRoutes(app, render, { support: theme.brand.support, returnTo });
}

interface StatusRoutesOptions extends Destinations {
  readonly ctx: Context;
  readonly handover: HandoverCookie;
  readonly worker: Worker;
  readonly limits: Limits;
  readonly publicUrl: string | undefined;
  readonly theme: Theme;
  readonly render: RenderPage;
}

/** `consent`: the version of the text that the person has read and agrees to. */
const form = returnToQuery.extend({ consent: z.string().regex(upTo(100)).optional().catch(undefined) });

/** The request that a page answers. */
interface PageRequest {
  readonly place: PageFields['place'];
  readonly person: Person;
  /** The `return_to` as presented. */
  readonly requested: string | undefined;
  /** See `PageFields`. */
  readonly pressed?: boolean;
  readonly back?: number | undefined;
}

/** Whether the person goes on at their computer afterwards: the application has no session on this phone. */
function isOnPhone(request: FastifyRequest, handover: HandoverCookie): boolean {
  return handover.scopeOf(request) === 'phone';
}

/** Returns the function that answers with the state of a person's verification and the next step. */
function createAnswerView(options: StatusRoutesOptions) {
  const { ctx, handover, render } = options;
  const { privacyUrl, support } = options.theme.brand;
  const phoneAddress = createPhoneAddresses(options);
  return async (
    reply: FastifyReply,
    view: View,
    { place, person, requested, pressed, back }: PageRequest,
  ): Promise<FastifyReply> => {
    const { request } = reply;
    const returnTo = options.returnTo(requested);
    const isPhone = isOnPhone(request, handover);
    const _csrf = reply.generateCsrf({ userInfo: person.identityId });
    const page = statusPage(view, {
      place,
      pressed,
      fields: { _csrf, ...(returnTo === null ? {} : { return_to: returnTo }) },
      consentVersion: ctx.consentVersion,
      sendsTraits: ctx.prefill !== undefined,
      tellsJumioAtSignUp: ctx.startsAt === 'registration',
      returnTo: isPhone ? undefined : destinationOf(view, options, returnTo),
      hint: hintIn(request.query),
      phone: await phoneAddress(request, view, { place, person, returnTo }),
      isPhone,
      back,
      privacyUrl,
      support,
      now: ctx.clock.now(),
    });
    return render(reply, 200, page);
  };
}

/** Returns what the form asks for: where to go in the end, and whether the person agrees. */
function readForm(request: FastifyRequest, theme: Theme) {
  const { return_to: requested, consent: version } = form.safeParse(request.body).data ?? {};
  const language = languageOf(theme, request);
  const agreement = version === undefined ? undefined : { version, language };
  const preferred = theme.localeOf?.(request) ?? preferredLanguage(request.headers['accept-language']);
  return { requested, agreement, locale: preferred ?? language };
}

/** `GET` and `POST /jumio/verify`, `POST /jumio/decline`, `GET /jumio/status` (docs/design.md#http-routes). */
function statusRoutes(app: FastifyInstance, requirePerson: RequirePerson, options: StatusRoutesOptions): void {
  const { ctx, worker, theme, limits, handover } = options;
  const answerView = createAnswerView(options);
  const protect: preHandlerHookHandler = (request, reply, next) => app.csrfProtection(request, reply, next);

  app.get(
    '/jumio/verify',
    { preHandler: requirePerson },
    forPerson(async (person, request, reply) => {
      const view = await loadView(ctx, person);
      return answerView(reply, view, { place: 'verify', person, requested: requestedReturnTo(request) });
    }),
  );

  /** Before anybody is asked for a session: the cleaned page asks. */
  const clean = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const path = cleanedPath(request.query, ctx.clock.now());
    return path === undefined ? undefined : reply.redirect(path, 303);
  };

  app.get(
    '/jumio/status',
    { preHandler: [clean, requirePerson] },
    forPerson(async (person, request, reply) => {
      const back = backSince(request.query, ctx.clock.now());
      const view = await recordVisit(ctx, worker, person, ctx.waits.visitMs);
      return answerView(reply, view, { place: 'status', person, requested: undefined, back });
    }),
  );

  app.post(
    '/jumio/verify',
    { preHandler: [requirePerson, protect] },
    forPerson(async (person, request, reply) => {
      await limits.continuing(person.identityId, reply);
      const { requested, agreement, locale } = readForm(request, theme);
      const returnTo = options.returnTo(requested);
      const input = { returnTo, agreement, locale };
      const outcome = await continueVerification(ctx, worker, person, input, ctx.waits.linkMs);
      if (outcome.kind === 'link') {
        await handover.setOnLeaving(request, reply, person.identityId);
        return reply.redirect(outcome.link.url, 303);
      }
      const destination = isOnPhone(request, handover) ? undefined : destinationOf(outcome.view, options, returnTo);
      const isApproved = outcome.view.status === 'approved' && nextStep(outcome.view).kind === 'done';
      if (isApproved && destination !== undefined) return reply.redirect(destination, 303);
      return answerView(reply, outcome.view, { place: 'verify', person, requested, pressed: true });
    }),
  );

  app.post(
    '/jumio/decline',
    { preHandler: [requirePerson, protect] },
    forPerson(async (person, request, reply) => {
      await limits.continuing(person.identityId, reply);
      await declineConsent(ctx, person, options.returnTo(readForm(request, theme).requested));
      return reply.redirect('/jumio/status', 303);
    }),
  );
}
