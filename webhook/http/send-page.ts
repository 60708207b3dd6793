import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Texts } from '../texts/texts.ts';
import { document, type Frame } from './layout.ts';
import type { Page } from './page.ts';

/** Answers with a page, in the language of whoever asked. */
export type SendPage = (reply: FastifyReply, code: number, page: Page) => FastifyReply;

export interface Look extends Frame {
  readonly texts: Texts;
  /** The language that the person behind a request chose for themselves, where that is known. */
  readonly localeOf?: (request: FastifyRequest) => string | null | undefined;
}

/** The tag of the language that whoever asks reads. */
export function languageOf({ texts, localeOf }: Look, request: FastifyRequest): string {
  return texts.choose({ locale: localeOf?.(request), acceptLanguage: request.headers['accept-language'] });
}

/** What a page shows is one person's and of this moment, so nothing keeps it. */
export function createSendPage(look: Look): SendPage {
  return (reply, code, page) => {
    const language = languageOf(look, reply.request);
    const body = document(page, look, language, (text) => look.texts.tell(language, text));
    return reply
      .code(code)
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'content-language': language })
      .send(body);
  };
}
