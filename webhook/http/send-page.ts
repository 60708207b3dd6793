import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Texts } from '../texts/texts.ts';
import { document } from './layout.ts';
import type { Page } from './page.ts';

/** Answers with a page, in the language of whoever asked. */
export type SendPage = (reply: FastifyReply, code: number, page: Page) => FastifyReply;

export interface Look {
  readonly texts: Texts;
  /** The language that the person behind a request chose for themselves, where that is known. */
  readonly localeOf?: (request: FastifyRequest) => string | null | undefined;
}

/** What a page shows is one person's and of this moment, so nothing keeps it. */
export function createSendPage({ texts, localeOf }: Look): SendPage {
  return (reply, code, page) => {
    const { request } = reply;
    const wish = { locale: localeOf?.(request), acceptLanguage: request.headers['accept-language'] };
    const language = texts.choose(wish);
    const body = document(page, language, (text) => texts.tell(language, text));
    return reply
      .code(code)
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'content-language': language })
      .send(body);
  };
}
