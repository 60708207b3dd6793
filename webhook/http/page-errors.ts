import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { say } from '../texts/messages.ts';
import { link, type Page } from './page.ts';
import type { SendPage } from './send-page.ts';

const TOO_OLD: Page = {
  sentence: say('too_old.sentence'),
  action: link('/jumio/verify', say('button.go_back')),
};

const TOO_MANY: Page = {
  sentence: say('too_many.sentence'),
  action: link('/jumio/verify', say('button.try_again')),
};

const UNAVAILABLE: Page = {
  sentence: say('unavailable.sentence'),
  action: link('/jumio/verify', say('button.try_again')),
};

function statusOf(error: FastifyError): number {
  if (error instanceof LedgerUnavailable) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

function pageOf(status: number): Page {
  if (status === 429) return TOO_MANY;
  return status >= 500 ? UNAVAILABLE : TOO_OLD;
}

/** Errors at a person's browser: a page with a way on. Our own fixed texts; a refused CSRF token is the usual one. */
export function answerWithPage(send: SendPage) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'a page could not be shown');
    send(reply, status, pageOf(status));
  };
}
