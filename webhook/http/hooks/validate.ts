import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NIL_UUID } from '../../accepted-text.ts';
import { blockMessage, type ContinuationLink } from '../../kratos/messages.ts';
import { type Text, toText } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import { decideSignIn, type GateResult, type Remaining, UNKNOWN } from '../../verification/gate/index.ts';
import { type IssuedLink, linkUrl } from '../../verification/person/index.ts';
import type { GateDecision } from '../../verification/policy/index.ts';
import { readPublishedCopy } from '../../verification/record/index.ts';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { PROBLEMS } from '../pages/wording.ts';
import { gateRequestOf, languageBody } from '../schemas.ts';
import { logRefusal } from './doctor-probe.ts';
import { readSignInBody } from './sign-in-body.ts';

/** For the whole answer: the person waits for it. */
const DEADLINE_MS = 1_000;

/** Options of `POST /jumio/validate`. */
export interface ValidateOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly texts: Texts;
  readonly publicUrl: string | undefined;
  /** Where people find help: a web URL or `mailto:`. */
  readonly support: string | undefined;
}

/** The parts of a refusal besides the text of its status. */
interface RefusalDetails {
  /** The language that the person prefers. */
  readonly locale?: string | null;
  /** A one-time link by which the person can continue, and what is left to be done there. */
  readonly wayOn?: { readonly link: ContinuationLink; readonly remaining: Remaining } | undefined;
}

/** Kratos shows plain text, so a `mailto:` URL is shown as an e-mail address. */
function supportTexts(support: string | undefined): Text[] {
  return support === undefined ? [] : [toText('block.support', { address: support.replace(/^mailto:/, '') })];
}

/** One order where the person has one: what was wrong, and where to try again. A text that the operator chose by a rule stays. */
function wayOnText(
  result: GateResult,
  { link: { url }, remaining }: NonNullable<RefusalDetails['wayOn']>,
  translate: (text: Text) => string,
) {
  const { reason, waitingOn } = remaining;
  const isChosen = result.rule?.text != null;
  if (isChosen) return undefined;
  const isUnderWay = waitingOn === 'jumio' && (reason !== null || result.status === 'processing');
  if (isUnderWay) return translate(toText('block.under_way', { url }));
  return reason === null
    ? undefined
    : translate(toText('block.try_again', { problem: translate(PROBLEMS[reason]), url }));
}

/** Final for Kratos: it neither retries nor overrides a 4xx other than 429, and shows its text to the person. */
function createRefuse({ texts, support }: ValidateOptions) {
  return (
    reply: FastifyReply,
    code: number,
    result: GateResult = UNKNOWN,
    { locale = null, wayOn }: RefusalDetails = {},
  ): FastifyReply => {
    const acceptLanguage = languageBody.safeParse(reply.request.body).data?.accept_language;
    const language = texts.choose({ locale, acceptLanguage });
    const translate = (text: Text): string => texts.translate(language, text);
    const help = result.text === 'rejected' ? supportTexts(support) : [];
    const continuation = wayOn === undefined ? [] : [toText('block.way_on', { url: wayOn.link.url })];
    const parts = [toText(`block.${result.text}`), ...help, ...continuation];
    const text = (wayOn && wayOnText(result, wayOn, translate)) ?? parts.map(translate).join(' ');
    return reply.code(code).send(blockMessage(result.text, result.status, text, wayOn?.link));
  };
}

function logBlock(request: FastifyRequest, identity: string, answer: GateDecision, { status, rule }: GateResult): void {
  const text = answer === 'allow' ? 'sign-in would be blocked; GATE_MODE is shadow' : 'sign-in blocked';
  request.log.info({ identity, status, rule: rule?.name ?? rule?.index }, text);
}

function shownLink(publicUrl: string, { token, endsAt }: IssuedLink): ContinuationLink {
  return { url: linkUrl(publicUrl, token), expiresAt: new Date(endsAt).toISOString() };
}

const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** `POST /jumio/validate`: the gate. Every answer is 204 or a 4xx in Kratos' shape, errors included (docs/design.md#http-routes). */
export async function validateRoute(app: FastifyInstance, options: ValidateOptions): Promise<void> {
  const { ctx, worker, publicUrl } = options;
  const refuse = createRefuse(options);
  app.addHook(
    'onRequest',
    requireKratos(options.isSecret, (reply) => refuse(reply, 401)),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isCallerError = error.statusCode !== undefined && error.statusCode < 500;
    if (isCallerError) logRefusal(request, {}, 'sign-in refused: unreadable body of the hook');
    else request.log.error({ err: error }, 'sign-in refused: the gate failed');
    return refuse(reply, 403);
  });

  app.route({
    method: OTHER_METHODS,
    url: '/jumio/validate',
    handler: async (request, reply) => {
      request.log.warn('sign-in refused: the hook must use the method POST');
      return refuse(reply.header('allow', 'POST'), 405);
    },
  });

  app.post('/jumio/validate', async (request, reply) => {
    const body = readSignInBody(request.body);
    if (body === undefined || body.kratos_identity_id === NIL_UUID) {
      logRefusal(request, {}, 'sign-in refused: kratos_identity_id is not the UUID of an identity');
      return refuse(reply, 403);
    }
    const { kratos_identity_id: identityId } = body;
    const copy = readPublishedCopy(typeof request.body === 'object' && request.body !== null ? request.body : {});
    const attempt = { ...gateRequestOf(body), identityId, copy };
    const { answer, decision, result, locale, wayOn: found } = await decideSignIn(ctx, worker, attempt, DEADLINE_MS);
    if (decision !== 'allow') logBlock(request, identityId, answer, result);
    if (answer === 'allow') return reply.code(204).send();
    const hasLink = found !== undefined && publicUrl !== undefined;
    const wayOn = hasLink ? { ...found, link: shownLink(publicUrl, found.link) } : undefined;
    return refuse(reply, 403, result, { wayOn, locale });
  });
}
