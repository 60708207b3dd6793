import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { preferredLanguage } from '../../texts/language.ts';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import {
  ARRIVAL_WAIT_MS,
  continueVerification,
  declineConsent,
  loadView,
  type Person,
  recordVisit,
  type View,
  WAIT_MS,
} from '../../verification/person/index.ts';
import { answerError, sendBadField, sendProblem } from '../errors.ts';
import { JSON_ONLY } from '../negotiation.ts';
import { cookieSecret } from '../pages/security.ts';
import type { Limits } from '../rate-limit.ts';
import { type Destinations, destinationOf, type ReturnTo } from '../return-to.ts';
import { type GoBody, goBody } from '../schemas.ts';
import { type Authenticated, authenticate, authenticateToken, type Handover, tokenOf } from '../session.ts';
import { answerOutcome, type ConsentText, consentText, statusAnswer } from './answers.ts';
import { allowOrigins, requireOrigin } from './cors.ts';

const KRATOS_DOWN_S = 30;

/** Where a person whom we know ends up: every answer of a resource begins so. `somebodyElse`: see `Identified`. */
export type WithPerson = (
  person: Person,
  request: FastifyRequest,
  reply: FastifyReply,
  somebodyElse: boolean,
) => Promise<FastifyReply>;

function refuse(who: Exclude<Authenticated, { kind: 'person' }>, reply: FastifyReply): FastifyReply {
  switch (who.kind) {
    case 'nobody':
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, { status: 401, code: 'no-session', title: 'There is no session of Kratos' });
    case 'second-factor':
      return sendProblem(reply, { status: 403, code: 'second-factor', title: 'Kratos wants a second factor first' });
    case 'kratos-down': {
      const title = 'Kratos cannot be asked who this is; try again';
      return sendProblem(reply.header('retry-after', KRATOS_DOWN_S), { status: 503, code: 'kratos-down', title });
    }
    default:
      return who satisfies never;
  }
}

/** Only looks: the status page still has to tell the person who comes back to it that somebody else is signed in. */
function onlyLooks({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/jumio/status';
}

/** Runs `then` for the person of a token or, without one, of a cookie; anybody else is told what is missing. */
export function createWithPerson(handover: Handover, limits: Limits) {
  return (then: WithPerson) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const token = tokenOf(request.headers);
      const who =
        token === undefined
          ? await authenticate(request, reply, handover, onlyLooks(request))
          : await authenticateToken(request, token, handover.kratos);
      if (who.kind !== 'person') return refuse(who, reply);
      await limits.person(who.person.identityId, reply);
      return then(who.person, request, reply, who.somebodyElse);
    };
}

export interface ResourcesOptions extends Destinations {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly texts: Texts;
  readonly handover: Handover;
  readonly limits: Limits;
  readonly privacyUrl: string | undefined;
  readonly allowedOrigins: readonly string[];
  /** Where SDK tokens are good, by the name that Jumio's SDKs have for it. */
  readonly dataCentre: string | undefined;
}

async function secure(app: FastifyInstance, options: ResourcesOptions, origins: ReadonlySet<string>): Promise<void> {
  // A body is JSON or nothing: what a form of a foreign page can send is refused.
  app.removeContentTypeParser('text/plain');
  await app.register(helmet, { contentSecurityPolicy: false, strictTransportSecurity: options.handover.secure });
  await app.register(cookie, { secret: cookieSecret(options.ctx.ledger.referenceKey) });
  if (origins.size > 0) await allowOrigins(app, origins);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler(answerError);
}

/** What a body asks for, or the field of it that is wrong. */
function readBody(body: unknown, returnTo: ReturnTo): GoBody | { readonly field: string } {
  const parsed = goBody.safeParse(body ?? {});
  if (!parsed.success) return { field: parsed.error.issues[0]?.path.join('.') || 'body' };
  const { return_to: wanted } = parsed.data;
  return wanted === undefined || returnTo(wanted) !== null ? parsed.data : { field: 'return_to' };
}

/** `/jumio/verify` and `/jumio/status` for programs: the same as the pages, in JSON (docs/applications.md). */
export async function resources(app: FastifyInstance, options: ResourcesOptions): Promise<void> {
  const { ctx, worker, texts, limits, privacyUrl } = options;
  const origins = new Set(options.allowedOrigins);
  await secure(app, options, origins);
  // Behind what a browser needs, so that an allowed origin can read that it came too often.
  app.addHook('onRequest', limits.before);
  const forPerson = createWithPerson(options.handover, limits);

  const statusOf = (shown: View) => statusAnswer(shown, ctx.clock.now(), destinationOf(shown, options));
  const languageOf = ({ headers }: FastifyRequest, locale?: string): string =>
    texts.choose({ locale, acceptLanguage: headers['accept-language'] });
  const textIn = (language: string): ConsentText =>
    consentText(ctx.consentVersion, language, texts, { privacyUrl, sendsTraits: ctx.prefill !== undefined });

  app.get(
    '/jumio/status',
    { constraints: JSON_ONLY },
    forPerson(async (person, _request, reply, somebodyElse) => {
      const status = statusOf(await recordVisit(ctx, worker, person, ARRIVAL_WAIT_MS));
      return reply.send(somebodyElse ? { ...status, somebody_else: true } : status);
    }),
  );

  app.get(
    '/jumio/verify',
    { constraints: JSON_ONLY },
    forPerson(async (person, request, reply) => {
      const shown = await loadView(ctx, person);
      const consent = { given: shown.consent === 'given', ...textIn(languageOf(request, person.locale)) };
      return reply.send({ ...statusOf(shown), consent });
    }),
  );

  app.post(
    '/jumio/verify',
    { constraints: JSON_ONLY, onRequest: requireOrigin(origins), bodyLimit: 16 * 1024 },
    forPerson(async (person, request, reply) => {
      await limits.goingOn(person.identityId, reply);
      const body = readBody(request.body, options.returnTo);
      if ('field' in body) return sendBadField(reply, body.field);
      if (body.consent?.declined) {
        await declineConsent(ctx, person, options.returnTo(body.return_to));
        return reply.send(statusOf(await loadView(ctx, person)));
      }
      const language = languageOf(request, body.language ?? person.locale);
      const agreement = body.consent && { version: body.consent.text_version, language };
      const preferred = body.language ?? person.locale ?? preferredLanguage(request.headers['accept-language']);
      const going = { returnTo: options.returnTo(body.return_to), agreement, locale: preferred ?? language };
      const outcome = await continueVerification(ctx, worker, person, going, WAIT_MS);
      const { dataCentre } = options;
      const status = statusOf(outcome.view);
      return answerOutcome(reply, outcome, { want: body.want, dataCentre, status, consent: textIn(language) });
    }),
  );
}
