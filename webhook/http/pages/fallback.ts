import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../../errors.ts';
import { say } from '../../texts/messages.ts';
import { answerNotFound, LEDGER_AGAIN_S } from '../errors.ts';
import { preferredType } from '../negotiation.ts';
import { type ReturnTo, requestedReturnTo, verifyPath } from '../return-to.ts';
import { link, type Page, words } from './page.ts';
import { createRenderer, type RenderPage, type Theme } from './render.ts';
import { securePages } from './security.ts';
import { supportAction } from './wording.ts';

/** A browser with a person before it; machines say that they take anything, or nothing at all. */
function isBrowser({ headers }: FastifyRequest): boolean {
  return preferredType(headers.accept, ['application/json', 'text/html']) === 'text/html';
}

const BROKEN: Page = {
  sentence: say('broken_link.sentence'),
  action: link('/jumio/verify', say('button.verification')),
};

function notHere(returnUrl: string | undefined): Page {
  const action = returnUrl === undefined ? words(say('next.close')) : link(returnUrl, say('button.go_back'));
  return { sentence: say('no_pages.sentence'), action };
}

/** No camera, or no wish for biometrics: whom to ask for another way. */
function helpPage(support: string | undefined, goesBackTo: string): Page {
  const back = link(goesBackTo, say('button.go_back'));
  const page = { title: say('cannot.title'), sentence: say('cannot.text') };
  return support === undefined
    ? { ...page, action: back }
    : { ...page, action: supportAction(support), others: [back] };
}

function answerElsewhere(app: FastifyInstance, send: RenderPage, page: Page): void {
  const forMachines = answerNotFound(app);
  app.get('/jumio/*', async (request, reply) =>
    isBrowser(request) ? send(reply, 404, page) : forMachines(request, reply),
  );
}

export interface FallbackOptions {
  readonly support?: string | undefined;
  readonly returnTo: ReturnTo;
}

/** The pages that anybody may see: where this cannot be done, and addresses that lead nowhere. */
export function fallbackPages(app: FastifyInstance, send: RenderPage, { support, returnTo }: FallbackOptions) {
  app.get('/jumio/help', async (request, reply) =>
    send(reply, 200, helpPage(support, verifyPath(returnTo(requestedReturnTo(request))))),
  );
  answerElsewhere(app, send, BROKEN);
}

export interface NoPagesOptions {
  readonly referenceKey: Buffer;
  readonly look: Theme;
  readonly isHttps: boolean;
  readonly returnUrl: string | undefined;
}

/** Where the pages are not configured a person is told so; machines get the 404 that they would get anyway. */
export async function noPages(app: FastifyInstance, options: NoPagesOptions): Promise<void> {
  const { referenceKey, look, isHttps, returnUrl } = options;
  await securePages(app, { referenceKey, isHttps, plainHttp: false, identityOf: () => undefined });
  answerElsewhere(app, createRenderer(look), notHere(returnUrl));
}

function statusOf(error: FastifyError): number {
  if (error instanceof LedgerUnavailable) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

function pageOf(status: number, again: string): Page {
  const retry = link(again, say('button.try_again'));
  if (status === 429) return { sentence: say('too_many.sentence'), action: retry };
  if (status >= 500) return { sentence: say('unavailable.sentence'), action: retry };
  return { sentence: say('too_old.sentence'), action: link(again, say('button.go_back')) };
}

/**
 * Errors at a person's browser: a page with a way on, and from there to where they wanted to go. Our own fixed texts; a
 * refused CSRF token is the usual one.
 */
export function answerWithPage(send: RenderPage, returnTo: ReturnTo) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'a page could not be shown');
    if (status === 503) reply.header('retry-after', LEDGER_AGAIN_S);
    send(reply, status, pageOf(status, verifyPath(returnTo(requestedReturnTo(request)))));
  };
}
