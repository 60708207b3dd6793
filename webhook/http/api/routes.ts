import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import {
  continueVerification,
  declineConsent,
  loadView,
  type Person,
  recordVisit,
  type View,
} from '../../verification/person/index.ts';
import type { CookieSigner } from '../cookies.ts';
import { answerError } from '../errors.ts';
import type { HandoverCookie } from '../handover-cookie.ts';
import { JSON_ONLY, preferredLanguage } from '../negotiation.ts';
import { type BodyMistake, sendBadBody, sendProblem } from '../problems.ts';
import type { Limits } from '../rate-limit.ts';
import { type Destinations, destinationOf, type ReturnTo } from '../return-to.ts';
import { authenticate, tokenOf, type Unauthenticated } from '../session.ts';
import type { Sessions } from '../whoami.ts';
import { answerOutcome, type ConsentText, consentText, statusAnswer } from './answers.ts';
import { BAD_RETURN_TO, continueBody, mistakesIn } from './bodies.ts';
import { allowOrigins, requireOrigin } from './cors.ts';

const KRATOS_DOWN_S = 30;

const CREDENTIALS = 'token-or-cookie';

function refuse({ kind }: Unauthenticated, reply: FastifyReply): FastifyReply {
  switch (kind) {
    case 'no-session':
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, 'no-session');
    case 'second-factor':
      return sendProblem(reply, 'second-factor');
    case 'kratos-down':
      return sendProblem(reply.header('retry-after', KRATOS_DOWN_S), 'kratos-down');
    default:
      return kind satisfies never;
  }
}

/** `isOtherAccount`: this browser has the hand-over cookie of another identity. */
type AnswerResource = (
  person: Person,
  request: FastifyRequest,
  reply: FastifyReply,
  isOtherAccount: boolean,
) => Promise<FastifyReply>;

/** Returns a wrapper: `answer` runs for the person of a token or, without one, of a cookie; any other request is refused. */
function createForPerson({ sessions, handover, limits }: Pick<ResourcesOptions, 'sessions' | 'handover' | 'limits'>) {
  return (answer: AnswerResource) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const isStatus = request.routeOptions.url === '/jumio/status';
      const sender = await authenticate(request, reply, {
        kratos: sessions,
        credentials: CREDENTIALS,
        handover,
        opens: isStatus ? 'status' : 'verify',
        // A poll keeps the cookie of the other account, so that the status page can still name it once.
        keepsOtherAccount: isStatus,
      });
      if (sender.kind !== 'person') return refuse(sender, reply);
      await limits.person(sender.person.identityId, reply);
      return answer(sender.person, request, reply, sender.isOtherAccount);
    };
}

/** Options of the JSON resources. */
export interface ResourcesOptions extends Destinations {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly sessions: Sessions;
  readonly texts: Texts;
  readonly handover: HandoverCookie;
  readonly signer: CookieSigner;
  readonly limits: Limits;
  /** Whether browsers reach the service by https. */
  readonly isHttps: boolean;
  readonly privacyUrl: string | undefined;
  /** Where people find help: a web URL or `mailto:`. */
  readonly support: string | undefined;
  readonly allowedOrigins: readonly string[];
  /** The data centre at which SDK tokens are valid, by its name in Jumio's SDKs; undefined: not known. */
  readonly dataCentre: string | undefined;
}

async function secureResources(
  app: FastifyInstance,
  options: ResourcesOptions,
  origins: ReadonlySet<string>,
): Promise<void> {
  // A body is JSON or absent: a form of a foreign page can send neither.
  app.removeContentTypeParser('text/plain');
  await app.register(helmet, { contentSecurityPolicy: false, strictTransportSecurity: options.isHttps });
  await app.register(cookie, { secret: options.signer.secret });
  app.addHook('onRequest', options.signer.refresh);
  if (origins.size > 0) await allowOrigins(app, origins);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler(answerError);
}

/** A parsed body, or its mistakes. */
type ReadBody = { readonly body: z.infer<typeof continueBody> } | { readonly mistakes: readonly BodyMistake[] };

function readBody(sent: unknown, returnTo: ReturnTo): ReadBody {
  const { data: body, error } = continueBody.safeParse(sent ?? {});
  if (error !== undefined) return { mistakes: mistakesIn(error) };
  const { return_to: requested } = body;
  return requested === undefined || returnTo(requested) !== null ? { body } : { mistakes: [BAD_RETURN_TO] };
}

/** `/jumio/verify` and `/jumio/status` for programs: the pages' content in JSON (docs/applications.md). */
export async function resourceRoutes(app: FastifyInstance, options: ResourcesOptions): Promise<void> {
  const { ctx, worker, texts, limits, privacyUrl, support } = options;
  const origins = new Set(options.allowedOrigins);
  await secureResources(app, options, origins);
  // After CORS, so that a browser of an allowed origin can read a 429.
  app.addHook('onRequest', limits.beforeSession(CREDENTIALS));
  const forPerson = createForPerson(options);

  const statusOf = (view: View) => statusAnswer(view, ctx.clock.now(), destinationOf(view, options));
  const languageOf = ({ headers }: FastifyRequest, locale?: string): string =>
    texts.choose({ locale, acceptLanguage: headers['accept-language'] });
  const consentIn = (language: string, { hasAttempt }: View): ConsentText => {
    const isKnownToJumio = ctx.startsAt === 'registration' || hasAttempt;
    const facts = { sendsTraits: ctx.prefill !== undefined, isKnownToJumio, support };
    return consentText(ctx.consentVersion, language, texts, facts, privacyUrl);
  };

  app.get(
    '/jumio/status',
    { constraints: JSON_ONLY },
    forPerson(async (person, _request, reply, isOtherAccount) => {
      const status = statusOf(await recordVisit(ctx, worker, person, ctx.waits.visitMs));
      return reply.send(isOtherAccount ? { ...status, somebody_else: true } : status);
    }),
  );

  app.get(
    '/jumio/verify',
    { constraints: JSON_ONLY },
    forPerson(async (person, request, reply) => {
      const view = await loadView(ctx, person);
      const declined = view.consent === 'declined' ? { declined: true } : {};
      const text = consentIn(languageOf(request, person.locale), view);
      const consent = { given: view.consent === 'given', ...declined, ...text };
      return reply.send({ ...statusOf(view), consent });
    }),
  );

  app.post(
    '/jumio/verify',
    { constraints: JSON_ONLY, onRequest: requireOrigin(origins), bodyLimit: 16 * 1024 },
    forPerson(async (person, request, reply) => {
      await limits.continuing(person.identityId, reply);
      const read = readBody(request.body, options.returnTo);
      if ('mistakes' in read) return sendBadBody(reply, read.mistakes);
      const { body } = read;
      const returnTo = options.returnTo(body.return_to);
      if (body.consent?.declined) {
        await declineConsent(ctx, person, returnTo);
        return reply.send(statusOf(await loadView(ctx, person)));
      }
      const language = languageOf(request, body.language ?? person.locale);
      const agreement = body.consent && { version: body.consent.text_version, language };
      const preferred = body.language ?? person.locale ?? preferredLanguage(request.headers['accept-language']);
      const input = { returnTo, agreement, locale: preferred ?? language };
      const outcome = await continueVerification(ctx, worker, person, input, ctx.waits.linkMs);
      const isLeaving = outcome.kind === 'link' && tokenOf(request.headers) === undefined;
      if (isLeaving) await options.handover.setOnLeaving(request, reply, person.identityId);
      const status = statusOf(outcome.view);
      const answer = {
        want: body.want,
        dataCentre: options.dataCentre,
        status,
        consent: consentIn(language, outcome.view),
      };
      return answerOutcome(reply, outcome, answer);
    }),
  );
}
