import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { blockMessage } from '../../kratos/messages.ts';
import { say, type Text } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import type { Context, Worker } from '../../verification/context.ts';
import { decideSignIn, type GateResult, UNKNOWN } from '../../verification/gate/index.ts';
import { linkUrl } from '../../verification/person/index.ts';
import type { GateDecision } from '../../verification/policy/index.ts';
import { readPublishedCopy } from '../../verification/record/index.ts';
import { type IsSecret, requireKratos } from '../authenticity.ts';
import { gateRequestOf, NIL_UUID, preferenceBody, validateBody } from '../schemas.ts';

/** The whole answer; the person waits on it. */
const DEADLINE_MS = 1_000;

export interface ValidateOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly isSecret: IsSecret;
  readonly texts: Texts;
  readonly publicUrl: string | undefined;
  /** Where people find help: an address of the web or `mailto:`. */
  readonly support: string | undefined;
}

/** What a refusal says beside its verdict. */
interface More {
  /** The language of the person's pages. */
  readonly locale?: string | null | undefined;
  /** A one-time address at which the person can go on. */
  readonly url?: string | undefined;
}

/** Kratos shows plain text, so an address of mail is shown as people write it. */
function whomToAsk(support: string | undefined): Text[] {
  return support === undefined ? [] : [say('block.support', { address: support.replace(/^mailto:/, '') })];
}

/** Final for Kratos: a 4xx other than 429 is neither retried nor overridden, and its text reaches the person. */
function createRefuse({ texts, support }: ValidateOptions) {
  return (
    reply: FastifyReply,
    code: number,
    verdict: GateResult = UNKNOWN,
    { locale, url }: More = {},
  ): FastifyReply => {
    const acceptLanguage = preferenceBody.safeParse(reply.request.body).data?.accept_language;
    const language = texts.choose({ locale, acceptLanguage });
    const whom = verdict.text === 'rejected' ? whomToAsk(support) : [];
    const wayOn = url === undefined ? [] : [say('block.way_on', { url })];
    const text = [say(`block.${verdict.text}`), ...whom, ...wayOn]
      .map((part) => texts.translate(language, part))
      .join(' ');
    return reply.code(code).send(blockMessage(verdict.text, verdict.status, text, url));
  };
}

function logBlock(request: FastifyRequest, identity: string, answer: GateDecision, { status, rule }: GateResult): void {
  const words = answer === 'allow' ? 'sign-in would be blocked; GATE_MODE is shadow' : 'sign-in blocked';
  request.log.info({ identity, status, rule: rule?.name ?? rule?.index }, words);
}

const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** `POST /jumio/validate`: the gate. Every answer is 204 or a 4xx in Kratos' shape, errors included (docs/design.md#http-routes). */
export async function validate(app: FastifyInstance, options: ValidateOptions): Promise<void> {
  const { ctx, worker, publicUrl } = options;
  const refuse = createRefuse(options);
  app.addHook(
    'onRequest',
    requireKratos(options.isSecret, (reply) => refuse(reply, 401)),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
    if (isTheirs) request.log.warn('a sign-in was refused: the hook’s body could not be read');
    else request.log.error({ err: error }, 'a sign-in was refused: the gate failed');
    return refuse(reply, 403);
  });

  app.route({
    method: OTHER_METHODS,
    url: '/jumio/validate',
    handler: async (request, reply) => {
      request.log.warn('a sign-in was refused: the hook must use the method POST');
      return refuse(reply.header('allow', 'POST'), 405);
    },
  });

  app.post('/jumio/validate', async (request, reply) => {
    const body = validateBody.safeParse(request.body);
    if (!body.success || body.data.kratos_identity_id === NIL_UUID) {
      request.log.warn('a sign-in was refused: kratos_identity_id is not the UUID of an identity');
      return refuse(reply, 403);
    }
    const { kratos_identity_id: identityId } = body.data;
    const copy = readPublishedCopy(typeof request.body === 'object' && request.body !== null ? request.body : {});
    const attempt = { ...gateRequestOf(body.data), identityId, copy };
    const { answer, decision, verdict, locale, wayOn } = await decideSignIn(ctx, worker, attempt, DEADLINE_MS);
    if (decision !== 'allow') logBlock(request, identityId, answer, verdict);
    if (answer === 'allow') return reply.code(204).send();
    const url = wayOn === undefined || publicUrl === undefined ? undefined : linkUrl(publicUrl, wayOn);
    return refuse(reply, 403, verdict, { url, locale });
  });
}
