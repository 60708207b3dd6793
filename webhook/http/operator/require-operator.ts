import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { UpstreamError } from '../../errors.ts';
import { may, type OperatorSettings, operatorOf, type ProxySettings, type Task } from '../../operators/index.ts';
import { anchor, html, type Markup } from '../pages/render.ts';
import { authenticate, type Unauthenticated } from '../session.ts';
import { type ConsoleOptions, casePath, operatorBehind, PATHS, setOperator } from './console.ts';
import type { ConsolePage, RenderConsole } from './document.ts';

/** What the hooks need. */
export type RequireOptions = Pick<
  ConsoleOptions,
  'ctx' | 'operators' | 'verifyAssertion' | 'sessions' | 'limits' | 'kratosPublicUrl' | 'publicUrl'
> & { readonly render: RenderConsole };

const path = z.object({ id: z.uuid().transform((id) => id.toLowerCase()) });

/** Returns the identity in the path of a request; undefined: none has an id of this shape. */
export function identityIdIn(request: FastifyRequest): string | undefined {
  return path.safeParse(request.params).data?.id;
}

/** Where an operator goes on after a sign-in: the page, without what was sent to it. */
function ownPath(request: FastifyRequest): string {
  const id = identityIdIn(request);
  if (id !== undefined) return casePath(id);
  const [at] = request.url.split('?', 1);
  return Object.values<string>(PATHS).find((known) => known === at) ?? PATHS.queue;
}

/** Returns where an operator signs in at Kratos, and comes back from to this page. */
function signInUrl(
  { kratosPublicUrl, publicUrl }: Pick<ConsoleOptions, 'kratosPublicUrl' | 'publicUrl'>,
  request: FastifyRequest,
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL('self-service/login/browser', kratosPublicUrl.replace(/\/*$/, '/'));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.searchParams.set('return_to', `${publicUrl.replace(/\/+$/, '')}${ownPath(request)}`);
  return url.href;
}

function linkTo(href: string, text: string): Markup {
  return html`<p>${anchor(href, text)}</p>\n`;
}

const DOWN: ConsolePage = {
  title: 'Nobody can be recognised at this moment',
  mood: 'problem',
  sentence: 'Kratos, or the proxy in front, does not answer. Load this page again in a minute.',
};

const NOT_LISTED: ConsolePage = {
  title: 'You are not an operator here',
  mood: 'problem',
  sentence:
    'You are signed in, and the list of operators does not have you. Whoever keeps the list (OPERATORS) can add you.',
};

const NO_LIST: ConsolePage = {
  title: 'Nobody is an operator at this moment',
  mood: 'problem',
  sentence:
    'The file of OPERATORS_FILE cannot be read, or its content is not usable. Whoever runs the service can mend it; no restart is needed.',
};

function secondFactorPage(href: string): ConsolePage {
  return {
    title: 'Sign in with a second factor',
    mood: 'problem',
    sentence:
      'The console needs a second factor. If you have none yet, set one up in the settings of your account first.',
    body: linkTo(href, 'Go on with the second factor'),
  };
}

function strangerPage(sender: Unauthenticated, options: RequireOptions, request: FastifyRequest) {
  switch (sender.kind) {
    case 'no-session':
      return {
        code: 401,
        page: {
          title: 'Sign in',
          sentence: 'The console is for the operators of this service. Sign in with your own account.',
          body: linkTo(signInUrl(options, request), 'Sign in'),
        },
      };
    case 'second-factor':
      return { code: 403, page: secondFactorPage(signInUrl(options, request, { aal: 'aal2' })) };
    case 'kratos-down':
      return { code: 503, page: DOWN };
    default:
      return sender satisfies never;
  }
}

/** Who a request is from, since when they are signed in (epoch milliseconds), and where they sign in anew; or the page that it gets. */
type KnownSender =
  | { readonly id: string; readonly signedInAt: number | undefined; readonly refreshUrl: string | undefined }
  | { readonly code: number; readonly page: ConsolePage };

function refusedAssertion(request: FastifyRequest, flaw: string): KnownSender {
  request.log.warn({ seen: flaw }, 'the assertion of the proxy proves nothing');
  const sentence =
    'What the proxy in front sent proves nothing. The log of this service names the check that it failed.';
  return { code: 401, page: { title: 'You are not recognised', mood: 'problem', sentence } };
}

async function byProxy(
  request: FastifyRequest,
  proxy: ProxySettings,
  { verifyAssertion }: RequireOptions,
): Promise<KnownSender | undefined> {
  const sent = request.headers[proxy.header];
  if (sent === undefined) return undefined;
  try {
    const answer = await verifyAssertion(proxy, [sent].flat().join());
    if (answer.kind === 'refused') return refusedAssertion(request, answer.flaw);
    return { id: answer.subject, signedInAt: answer.signedInAt, refreshUrl: proxy.sign_in };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not read the keys of the proxy');
    return { code: 503, page: DOWN };
  }
}

async function bySession(
  request: FastifyRequest,
  reply: FastifyReply,
  options: RequireOptions,
  { level, people }: OperatorSettings,
): Promise<KnownSender> {
  const sender = await authenticate(request, reply, { kratos: options.sessions, credentials: 'cookie' });
  if (sender.kind !== 'person') return strangerPage(sender, options, request);
  const { identity, session } = sender;
  if (identity === undefined || session === undefined) return { code: 503, page: DOWN };
  // Who is not in the list is told so, and not sent to set up a second factor.
  if (!Object.hasOwn(people, identity.id)) return { code: 403, page: NOT_LISTED };
  if (level === 'aal2' && session.level !== 'aal2')
    return { code: 403, page: secondFactorPage(signInUrl(options, request, { aal: 'aal2' })) };
  const refreshUrl = signInUrl(options, request, { refresh: 'true' });
  return { id: identity.id, signedInAt: session.authenticatedAt, refreshUrl };
}

/**
 * Returns a `preHandler` hook that authenticates the operator: by the proxy's signed assertion where one is configured and sent,
 * else by their session of Kratos. A header that is not signed, a trait or the metadata of an identity never counts.
 */
export function createRequireOperator(options: RequireOptions) {
  const { ctx, operators, limits, render } = options;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const settings = await operators();
    if (settings === undefined) return render(reply, 503, NO_LIST);
    const { proxy } = settings;
    const known =
      (proxy && (await byProxy(request, proxy, options))) ?? (await bySession(request, reply, options, settings));
    if ('page' in known) return render(reply, known.code, known.page);
    await limits.person(known.id, reply);
    const operator = operatorOf(settings, known.id);
    if (operator === undefined) return render(reply, 403, NOT_LISTED);
    const { signedInAt, refreshUrl } = known;
    const isFresh = signedInAt !== undefined && ctx.clock.now() - signedInAt <= settings.fresh;
    setOperator(request, { operator, settings, isFresh, refreshUrl });
    return undefined;
  };
}

/** Returns a `preHandler` hook that lets only operators through whose role may do a task. */
export function requireTask(task: Task, render: RenderConsole) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const found = operatorBehind(request);
    if (found !== undefined && may(found.operator, task)) return undefined;
    return render(reply, 403, {
      title: 'Your role may not do this',
      mood: 'problem',
      sentence: 'The list of operators gives you another role. Nothing was changed.',
    });
  };
}

/** Returns a link to a new sign-in, or says where one is made. */
export function signInAgain(refreshUrl: string | undefined): Markup {
  return refreshUrl === undefined
    ? html`Sign out at the proxy in front, and sign in there again.`
    : anchor(refreshUrl, 'Sign in again');
}

/** Returns a `preHandler` hook that lets only operators through who signed in recently. */
export function requireFresh(render: RenderConsole) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const found = operatorBehind(request);
    if (found?.isFresh) return undefined;
    return render(reply, 403, {
      title: 'Sign in again',
      mood: 'problem',
      sentence: 'Your sign-in is too old for this. Nothing was changed: sign in again, and do it once more.',
      body: html`<p>${signInAgain(found?.refreshUrl)}</p>\n`,
    });
  };
}

/** What an operator gets whose own case it is: no finding, no attempt, no form. */
export const OWN_CASE: ConsolePage = {
  title: 'This case is about you',
  mood: 'problem',
  sentence: 'Somebody else looks at it and decides it. Nothing of it is shown to you, and nothing was changed.',
};

/** Returns a `preHandler` hook that lets operators see and decide about other people, and never about themselves. */
export function requireOther(render: RenderConsole) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const found = operatorBehind(request);
    const isOwn = found !== undefined && identityIdIn(request) === found.operator.id;
    return isOwn ? render(reply, 403, OWN_CASE) : undefined;
  };
}
