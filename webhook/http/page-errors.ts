import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { link, type Page, sendPage, TITLE as title } from './html.ts';

const TOO_OLD: Page = {
  title,
  sentence: 'This page was open for too long, and nothing was changed. Please go back and try again.',
  action: link('/jumio/verify', 'Go back'),
};

const UNAVAILABLE: Page = {
  title,
  sentence:
    'Your identity verification cannot be reached at the moment. Nothing is lost; please try again in a few minutes.',
  action: link('/jumio/verify', 'Try again'),
};

function statusOf(error: FastifyError): number {
  if (error instanceof LedgerUnavailable) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

/** Errors at a person's browser: a page with a way on. Our own fixed texts; a refused CSRF token is the usual one. */
export function answerWithPage(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error);
  if (status >= 500) request.log.error({ err: error }, 'a page could not be shown');
  sendPage(reply, status, status >= 500 ? UNAVAILABLE : TOO_OLD);
}
