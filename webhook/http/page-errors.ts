import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { say } from '../texts/messages.ts';
import { LEDGER_AGAIN_S } from './error-handler.ts';
import { link, type Page } from './page.ts';
import type { ReturnTo } from './return-to.ts';
import type { SendPage } from './send-page.ts';
import { verifyPath } from './verify-path.ts';
import { wishOf } from './wish.ts';

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
export function answerWithPage(send: SendPage, returnTo: ReturnTo) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'a page could not be shown');
    if (status === 503) reply.header('retry-after', LEDGER_AGAIN_S);
    send(reply, status, pageOf(status, verifyPath(returnTo(wishOf(request)))));
  };
}
