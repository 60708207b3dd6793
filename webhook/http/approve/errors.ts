import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../../errors.ts';
import { toText } from '../../texts/messages.ts';
import { isPassing, RETRY_S } from '../errors.ts';
import type { ApprovalDocument, RenderApproval } from './document.ts';
import { approvePath } from './form.ts';
import { downPage, transactionIdIn } from './require-payer.ts';

function statusOf(error: FastifyError): number {
  if (isPassing(error) || error instanceof UpstreamError) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

function errorPage(status: number, id: string | undefined): ApprovalDocument {
  if (status >= 500) return downPage(id);
  const link = id === undefined ? {} : { link: { href: approvePath(id), text: toText('button.show_payment') } };
  const isTooMany = status === 429;
  const title = isTooMany ? toText('too_many.title') : toText('approve.stale.title');
  const sentence = isTooMany ? toText('too_many.sentence') : toText('approve.stale.sentence');
  return { title, mood: 'problem', sentence, ...link };
}

/** Returns the error handler of the pages about payments. Its texts are fixed; the usual error is a refused CSRF token. */
export function answerWithApprovalPage(render: RenderApproval) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'could not show the page of a payment');
    if (status === 503) reply.header('retry-after', RETRY_S);
    render(reply, status, errorPage(status, transactionIdIn(request)));
  };
}
