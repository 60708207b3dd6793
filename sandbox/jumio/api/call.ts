import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../clock.ts';
import type { ApiFault, CallKind } from '../faults.ts';
import { append, type Sandbox } from '../sandbox.ts';

/** One entry of the call log. It holds no secret: no token, no query, no body. */
export interface CallRecord {
  readonly n: number;
  readonly time: string;
  readonly kind: CallKind | 'web' | 'other';
  readonly method: string;
  readonly path: string;
  readonly userAgent: string | null;
  /** Null when no answer was given. */
  status: number | null;
  accountId: string | null;
  executionId: string | null;
  customerInternalReference: string | null;
  userReference: string | null;
}

/** A request to the API, as its handlers see it. */
export interface ApiCall {
  readonly kind: CallKind;
  readonly text: string;
  readonly contentType: string;
  readonly params: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly record: CallRecord;
  readonly fault: ApiFault['fault'] | undefined;
}

const textSchema = z.string().catch('');
const paramsSchema = z.record(z.string(), z.string());

/** What of a request the API looks at. */
export function readCall(request: FastifyRequest): Pick<ApiCall, 'text' | 'contentType' | 'params' | 'authorization'> {
  return {
    text: textSchema.parse(request.body),
    contentType: request.headers['content-type'] ?? '',
    params: paramsSchema.parse(request.params),
    authorization: request.headers.authorization,
  };
}

/** Writes a request into the call log before anything is decided about it. */
export function logCall(sandbox: Sandbox, kind: CallRecord['kind'], request: FastifyRequest): CallRecord {
  const record: CallRecord = {
    n: ++sandbox.sequence,
    time: timestamp(sandbox.clock.now()),
    kind,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    userAgent: request.headers['user-agent'] ?? null,
    status: null,
    accountId: null,
    executionId: null,
    customerInternalReference: null,
    userReference: null,
  };
  append(sandbox.calls, record);
  return record;
}
