import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../../errors.ts';
import { isPassing, RETRY_S } from '../errors.ts';
import { anchor, html } from '../pages/render.ts';
import { PATHS } from './console.ts';
import type { ConsolePage, RenderConsole } from './document.ts';

function statusOf(error: FastifyError): number {
  if (isPassing(error) || error instanceof UpstreamError) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

const DOWN = 'The ledger, Kratos or Jumio does not answer: try again in a minute.';

/** A form may have been written before its answer failed, so nothing is said of what it did. */
function downPage(isForm: boolean): ConsolePage {
  return {
    title: 'This does not work at this moment',
    mood: 'problem',
    sentence: isForm
      ? 'It is not known whether this was done: open the case, and look at its timeline before you do it once more.'
      : DOWN,
    body: isForm ? html`<p>${DOWN}</p>\n` : undefined,
  };
}

function pageOf(status: number, isForm: boolean): ConsolePage {
  if (status >= 500) return downPage(isForm);
  if (status === 429) return { title: 'Too many requests', mood: 'problem', sentence: 'Wait a minute, then go on.' };
  return {
    title: 'This page is too old',
    mood: 'problem',
    sentence: 'Nothing was changed. Open the page again, and do it once more.',
    body: html`<p>${anchor(PATHS.queue, 'To the queue')}</p>\n`,
  };
}

/** Returns the error handler of the console. Its texts are fixed; the usual error is a refused CSRF token. */
export function answerWithConsolePage(render: RenderConsole) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'could not show a page of the console');
    if (status === 503) reply.header('retry-after', RETRY_S);
    render(reply, status, pageOf(status, request.method === 'POST'));
  };
}
