import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toText } from '../../texts/messages.ts';
import type { CookieSigner } from '../cookies.ts';
import { answerNotFound, isPassing, RETRY_S } from '../errors.ts';
import { preferredType } from '../negotiation.ts';
import { sendProblem } from '../problems.ts';
import { type ReturnTo, requestedReturnTo, verifyPath } from '../return-to.ts';
import { link, type Page, plainText } from './page.ts';
import { createRenderer, type RenderPage, type Theme } from './render.ts';
import { securePages } from './security.ts';

/** A browser names HTML; machines accept anything, or name nothing. */
function isBrowser({ headers }: FastifyRequest): boolean {
  return preferredType(headers.accept, ['application/json', 'text/html']) === 'text/html';
}

const BROKEN_LINK: Page = {
  title: toText('broken_link.title'),
  mood: 'problem',
  sentence: toText('broken_link.sentence'),
  action: link('/jumio/verify', toText('button.verification')),
};

function noPagesPage(returnUrl: string | undefined): Page {
  const action = returnUrl === undefined ? plainText(toText('next.close')) : link(returnUrl, toText('button.go_back'));
  return { title: toText('no_pages.title'), mood: 'problem', sentence: toText('no_pages.sentence'), action };
}

/** For people without a camera or without consent to biometrics: the contact of the operator. */
function helpPage(support: string | undefined, backTo: string): Page {
  const back = link(backTo, toText('button.verification'));
  const page = { title: toText('cannot.title'), mood: 'open', sentence: toText('cannot.text') } as const;
  return support === undefined
    ? { ...page, action: back }
    : { ...page, action: link(support, toText('button.support')), others: [back] };
}

/** Every other path below `/jumio/`: 404 with this page for a browser, with a problem document for a machine. */
function answerOtherPaths(app: FastifyInstance, render: RenderPage, page: Page): void {
  const answerMachine = answerNotFound(app);
  app.get('/jumio/*', async (request, reply) =>
    isBrowser(request) ? render(reply, 404, page) : answerMachine(request, reply),
  );
}

/** `GET /`: people who cut an address off, or who know only the host, are led on. A machine gets a problem document, as before. */
function rootRoute(app: FastifyInstance, render: RenderPage, leadsTo: string | undefined): void {
  app.get('/', async (request, reply) => {
    if (!isBrowser(request)) return sendProblem(reply, 'not-found');
    return leadsTo === undefined ? render(reply, 404, noPagesPage(undefined)) : reply.redirect(leadsTo, 303);
  });
}

/** Options of `fallbackRoutes`. */
export interface FallbackOptions {
  readonly support?: string | undefined;
  readonly returnTo: ReturnTo;
}

/** The pages that need no person: `/jumio/help`, the way from `/`, and the page for unknown paths. */
export function fallbackRoutes(app: FastifyInstance, render: RenderPage, { support, returnTo }: FallbackOptions): void {
  app.get('/jumio/help', async (request, reply) =>
    render(reply, 200, helpPage(support, verifyPath(returnTo(requestedReturnTo(request))))),
  );
  rootRoute(app, render, '/jumio/verify');
  answerOtherPaths(app, render, BROKEN_LINK);
}

/** Options of `routesWithoutPages`. */
export interface WithoutPagesOptions {
  readonly signer: CookieSigner;
  readonly csrfKey: Buffer;
  readonly theme: Theme;
  readonly isHttps: boolean;
  readonly returnUrl: string | undefined;
}

/** While the pages are not configured: 404 with a page that explains it for a browser, with a problem document for a machine. */
export async function routesWithoutPages(app: FastifyInstance, options: WithoutPagesOptions): Promise<void> {
  const { signer, csrfKey, theme, isHttps, returnUrl } = options;
  await securePages(app, { signer, csrfKey, isHttps, formSchemes: [], identityOf: () => undefined });
  const render = createRenderer(theme);
  rootRoute(app, render, returnUrl);
  answerOtherPaths(app, render, noPagesPage(returnUrl));
}

function statusOf(error: FastifyError): number {
  if (isPassing(error)) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

function errorPage(status: number, retryPath: string): Page {
  const mood = 'problem';
  const reload = link(retryPath, toText('button.reload'));
  if (status === 429)
    return { title: toText('too_many.title'), mood, sentence: toText('too_many.sentence'), action: reload };
  if (status >= 500)
    return { title: toText('unavailable.title'), mood, sentence: toText('unavailable.sentence'), action: reload };
  const action = link(retryPath, toText('button.verification'));
  return { title: toText('too_old.title'), mood, sentence: toText('too_old.sentence'), action };
}

/**
 * Returns the error handler of the pages: it answers with a page that leads back, and keeps `return_to`. The texts are
 * ours and fixed. The usual error is a refused CSRF token.
 */
export function answerWithPage(render: RenderPage, returnTo: ReturnTo) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'could not show a page');
    if (status === 503) reply.header('retry-after', RETRY_S);
    render(reply, status, errorPage(status, verifyPath(returnTo(requestedReturnTo(request)))));
  };
}
