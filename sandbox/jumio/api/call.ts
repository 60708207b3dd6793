import { STATUS_CODES } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../clock.ts';
import type { ApiFault, CallKind } from '../faults.ts';
import { append, type CallRecord, type Sandbox } from '../state.ts';

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

/** The parts of a request that the API uses. */
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

const referencesSchema = z.object({
  customerInternalReference: z.coerce.string().nullable().catch(null),
  userReference: z.string().nullable().catch(null),
});

/** Records which account, execution and references a call is about: by the ids in its path, else by its body. */
export function identify(sandbox: Sandbox, record: CallRecord, params: Record<string, string>, text: string): void {
  const execution = sandbox.executions.get(params.executionId ?? '');
  record.accountId = params.accountId ?? execution?.accountId ?? null;
  record.executionId = params.executionId ?? null;
  const references = execution ?? referencesIn(text);
  record.customerInternalReference = references?.customerInternalReference ?? null;
  record.userReference = references?.userReference ?? null;
}

function referencesIn(text: string): z.infer<typeof referencesSchema> | undefined {
  const body = parseJson(text);
  return referencesSchema.safeParse(body).data;
}

/** The value of a JSON text; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer to a call. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An error in the style of the only error body that Jumio published, the one of 429 (docs/reference/jumio.md#37-errors-and-limits).
 * The bodies of all other errors are assumptions. `detail` names fields and never repeats a value.
 */
export function problem(status: number, detail = STATUS_CODES[status] ?? 'Error'): Answer {
  const text = status === 429 ? 'Request limit exceeded' : detail;
  return { status, body: { title: STATUS_CODES[status] ?? 'Error', status, detail: text } };
}
