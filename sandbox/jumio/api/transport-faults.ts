import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ApiFault } from '../faults.ts';
import type { CallRecord } from '../state.ts';
import type { Answer } from './call.ts';

const HUGE = 50 * 1024 * 1024;

const CHUNK = 'x'.repeat(64 * 1024);

const DRIP_MS = 50;

const PAGE = '<!doctype html><title>Service unavailable</title><h1>We will be back soon</h1>';

/** Applies a fault in place of the call. True if this fault has sent the reply, or has prevented one. */
export function breakBefore(fault: ApiFault['fault'], reply: FastifyReply, record: CallRecord): boolean {
  if (fault === 'hang') reply.hijack();
  else if (fault === 'reset') cut(reply);
  else if (fault === 'html') void reply.code(200).type('text/html').send(PAGE);
  else if (fault === 'huge') void reply.code(200).type('application/json').send(Readable.from(hugeJson()));
  else return false;
  if (fault === 'html' || fault === 'huge') record.status = 200;
  return true;
}

/** Applies a fault to the answer of a call that was executed. True if this fault has sent the reply, or has prevented one. */
export function breakAnswer(
  fault: ApiFault['fault'],
  reply: FastifyReply,
  record: CallRecord,
  answer: Answer,
): boolean {
  if (fault === 'executed-then-hang') reply.hijack();
  else if (fault === 'executed-then-reset') cut(reply);
  else if (fault === 'drip') {
    record.status = answer.status;
    drip(reply, answer);
  } else return false;
  return true;
}

function cut(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}

function drip(reply: FastifyReply, { status, body }: Answer): void {
  reply.hijack();
  reply.raw.writeHead(status, { 'content-type': 'application/json' });
  const bytes = Buffer.from(JSON.stringify(body));
  let sent = 0;
  const timer = setInterval(() => {
    if (sent === bytes.length) reply.raw.end();
    else reply.raw.write(bytes.subarray(sent, ++sent));
  }, DRIP_MS);
  reply.raw.once('close', () => clearInterval(timer));
}

function* hugeJson(): Generator<string> {
  yield '{"padding":"';
  for (let sent = 0; sent < HUGE; sent += CHUNK.length) yield CHUNK;
  yield '"}';
}
