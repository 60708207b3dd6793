import type { FastifyInstance, FastifyRequest } from 'fastify';
import { say } from '../texts/messages.ts';
import { preferredType } from './accept.ts';
import { supportAction } from './contact-page.ts';
import { answerNotFound } from './not-found.ts';
import { link, type Page, words } from './page.ts';
import { securePages } from './page-security.ts';
import type { ReturnTo } from './return-to.ts';
import { createSendPage, type Look, type SendPage } from './send-page.ts';
import { verifyPath } from './verify-path.ts';
import { wishOf } from './wish.ts';

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

function answerElsewhere(app: FastifyInstance, send: SendPage, page: Page): void {
  const forMachines = answerNotFound(app);
  app.get('/jumio/*', async (request, reply) =>
    isBrowser(request) ? send(reply, 404, page) : forMachines(request, reply),
  );
}

export interface DeadEndsOptions {
  readonly support?: string | undefined;
  readonly returnTo: ReturnTo;
}

/** The pages that anybody may see: where this cannot be done, and addresses that lead nowhere. */
export function deadEnds(app: FastifyInstance, send: SendPage, { support, returnTo }: DeadEndsOptions) {
  app.get('/jumio/help', async (request, reply) =>
    send(reply, 200, helpPage(support, verifyPath(returnTo(wishOf(request))))),
  );
  answerElsewhere(app, send, BROKEN);
}

export interface NoPagesOptions {
  readonly referenceKey: Buffer;
  readonly look: Look;
  readonly isHttps: boolean;
  readonly returnUrl: string | undefined;
}

/** Where the pages are not configured a person is told so; machines get the 404 that they would get anyway. */
export async function noPages(app: FastifyInstance, options: NoPagesOptions): Promise<void> {
  const { referenceKey, look, isHttps, returnUrl } = options;
  await securePages(app, { referenceKey, isHttps, plainHttp: false, identityOf: () => undefined });
  answerElsewhere(app, createSendPage(look), notHere(returnUrl));
}
