import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FlowRow } from './records.ts';
import { type ErrorWords, FlowRefusal, KratosError, unexpected } from './refusals.ts';
import { flowJson } from './shapes.ts';
import type { Site } from './site.ts';

/** A native app, a single-page app, or a browser that sends HTML forms. */
export type Client = 'api' | 'spa' | 'html';

export function clientOf(request: FastifyRequest, type: FlowRow['type']): Client {
  if (type === 'api') return 'api';
  const { accept = '', 'content-type': contentType = '' } = request.headers;
  const json = accept.includes('application/json') || (contentType.includes('json') && !accept.includes('text/html'));
  return json ? 'spa' : 'html';
}

export function errorBody(words: ErrorWords) {
  return { error: words };
}

/** Answers for a flow that was refused: with its messages where they can be shown, else as kratos.md §2 has it. */
export function answerRefusal(site: Site, client: Client, flow: FlowRow, reply: FastifyReply, error: unknown) {
  if (!(error instanceof FlowRefusal)) return answerError(site, client, reply, error, flow.kind);
  flow.messages = error.messages;
  if (client === 'html') return reply.redirect(uiOf(site, flow), flow.kind === 'registration' ? 302 : 303);
  // A refused recovery sends even a JSON client on, to the flow's own address.
  if (flow.kind === 'recovery')
    return reply.redirect(`${site.publicUrl}/self-service/recovery/flows?id=${flow.id}`, 303);
  return reply.code(400).send(flowJson(site, flow));
}

/** The page that shows a flow. */
export function uiOf(site: Site, flow: FlowRow): string {
  return `${site.uiUrl}/${flow.kind}?flow=${flow.id}`;
}

/** An error that no flow can show: JSON, or by way of the error page. */
export function answerError(site: Site, client: Client, reply: FastifyReply, error: unknown, kind?: FlowRow['kind']) {
  const { words, unexpected: odd } = error instanceof KratosError ? error : unexpected(String(error));
  if (client === 'html') {
    const id = randomUUID();
    site.records.errors.set(id, words);
    return reply.redirect(`${site.uiUrl}/error?id=${id}`, 303);
  }
  const saysBadRequest = odd && (client === 'api' || kind === 'recovery');
  return reply.code(saysBadRequest ? 400 : words.code).send(errorBody(words));
}
