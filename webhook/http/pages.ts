import type { FastifyInstance } from 'fastify';
import { deadEnds } from './dead-ends.ts';
import { enter } from './enter.ts';
import { answerWithPage } from './page-errors.ts';
import { securePages } from './page-security.ts';
import type { Handover } from './person.ts';
import { type PersonPagesOptions, personPages } from './person-pages.ts';
import { createRecognise, personBehind } from './recognise.ts';
import { createSendPage, type Look } from './send-page.ts';

export interface PagesOptions extends Omit<PersonPagesOptions, 'send'> {
  readonly handover: Handover;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
  /** Whether Jumio's hosted page is reached by http, as a sandbox's is. */
  readonly plainHttp: boolean;
}

/** Every page that a person's browser is shown, behind one set of headers, cookies and tokens. */
export async function pages(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { desk, handover, limits, returnTo, publicUrl, kratosPublicUrl } = options;
  app.addHook('onRequest', limits.before);
  await securePages(app, {
    referenceKey: desk.ledger.referenceKey,
    isHttps: handover.secure,
    plainHttp: options.plainHttp,
    identityOf: (request) => personBehind(request)?.identityId,
  });
  const look: Look = { ...options.look, localeOf: (request) => personBehind(request)?.locale };
  const send = createSendPage(look);
  app.setErrorHandler(answerWithPage(send, returnTo));
  enter(app, { desk, handover, send });
  const recognise = createRecognise({ handover, limits, send, returnTo, publicUrl, kratosPublicUrl });
  personPages(app, recognise, { ...options, look, send });
  deadEnds(app, send, { support: look.brand.support, returnTo });
}
