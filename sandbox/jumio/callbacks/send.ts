import { setTimeout as sleep } from 'node:timers/promises';
import { timestamp } from '../clock.ts';
import { type CallbackFault, takeCallbackFault } from '../faults.ts';
import { append, type CallbackReason, type CallbackRecord, type Execution, type Sandbox, TERMINAL } from '../state.ts';
import { type CallbackBody, callbackBody, forgedBody, unknownStatusBody, unknownWorkflowBody } from './bodies.ts';

/** Sends the callback for a change of status, if Jumio reports that status, with the faults that were requested. */
export function reportStatus(sandbox: Sandbox, execution: Execution): void {
  if (!TERMINAL.has(execution.status) && !sandbox.settings.intermediateCallbacks) return;
  const body = callbackBody(sandbox, execution);
  const fault = (name: CallbackFault['fault']) =>
    takeCallbackFault(sandbox.faults, name, execution.customerInternalReference);
  sendFalseCallbacks(sandbox, execution, body, fault);
  if (fault('lose')) {
    logCallback(sandbox, execution, 'genuine', body).state = 'lost';
    return;
  }
  const send = sender(sandbox, execution, body, fault('duplicate')?.copies ?? 0);
  schedule(sandbox, execution, send, fault('delay')?.milliseconds, fault('reorder')?.milliseconds);
}

type TakeFault = (name: CallbackFault['fault']) => CallbackFault | undefined;

function sendFalseCallbacks(sandbox: Sandbox, execution: Execution, body: CallbackBody, fault: TakeFault): void {
  const send = (reason: CallbackReason, falseBody: CallbackBody) => {
    const record = logCallback(sandbox, execution, reason, falseBody);
    enqueue(sandbox, execution, () => deliver(sandbox, record));
  };
  const forged = fault('forged');
  if (forged) send('forged', forgedBody(body, forged.userReference));
  if (fault('unknown-workflow')) send('unknown-workflow', unknownWorkflowBody(sandbox, body));
  const unknown = fault('unknown-status');
  if (unknown) send('unknown-status', unknownStatusBody(body, unknown.status));
}

/** Returns a function that sends a callback and its copies at the same time, the hardest case for a receiver. */
function sender(sandbox: Sandbox, execution: Execution, body: CallbackBody, copies: number): () => Promise<void> {
  const records = [
    logCallback(sandbox, execution, 'genuine', body),
    ...Array.from({ length: copies }, () => logCallback(sandbox, execution, 'duplicate', body)),
  ];
  return async () => {
    await Promise.all(records.map((record) => deliver(sandbox, record)));
  };
}

function schedule(
  sandbox: Sandbox,
  execution: Execution,
  send: () => Promise<void>,
  delay: number | undefined,
  reorder: number | undefined,
): void {
  const now = () => enqueue(sandbox, execution, send);
  const later = async (milliseconds: number, go: () => void) => {
    if (await pause(milliseconds, sandbox.epoch.signal)) go();
  };
  if (reorder !== undefined) void later(reorder, holdBack(sandbox, execution, now));
  else if (delay !== undefined) void later(delay, now);
  else now();
}

/** Holds a callback until the execution's next one was sent. The returned function sends it if it is still held. */
function holdBack({ held }: Sandbox, { id }: Execution, now: () => void): () => void {
  held.set(id, now);
  return () => {
    if (held.get(id) !== now) return;
    held.delete(id);
    now();
  };
}

/** Sends the callbacks of one execution one after the other, so that they keep their order. */
function enqueue(sandbox: Sandbox, { id }: Execution, send: () => Promise<void>): void {
  const previous = sandbox.queues.get(id) ?? Promise.resolve();
  sandbox.queues.set(id, previous.then(send));
  const sendHeld = sandbox.held.get(id);
  sandbox.held.delete(id);
  sendHeld?.();
}

interface Content {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a callback once and records the answer. Only 200 counts as delivered (docs/reference/jumio.md#65-response-timeouts-retries-order). Never rejects. */
export async function attempt(sandbox: Sandbox, record: CallbackRecord, content: Content): Promise<void> {
  if (record.url === null) {
    record.state = 'no-url';
    return;
  }
  record.state = 'sending';
  record.sentAt = timestamp(sandbox.clock.now());
  record.attempts += 1;
  const answer = await post(sandbox, record.url, content);
  record.answerStatus = answer?.status ?? null;
  record.answerBody = answer?.body ?? null;
  record.state = answer === undefined ? 'unanswered' : answer.status === 200 ? 'delivered' : 'refused';
}

/** The answer of the receiver; undefined without a complete one before the timeout. Redirects are not followed: Jumio documents nothing about them. */
async function post(
  { epoch, settings }: Sandbox,
  url: string,
  { text, headers }: Content,
): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'user-agent': 'jumio-sandbox', ...headers },
      body: text,
      redirect: 'manual',
      signal: AbortSignal.any([epoch.signal, AbortSignal.timeout(settings.callbackTimeoutMs)]),
    });
    return { status: response.status, body: (await response.text()).slice(0, 2000) };
  } catch {
    return undefined;
  }
}

/**
 * Sends one callback, and retries as the settings say while the answer is not 200.
 * Jumio documents neither a timeout nor a retry (docs/reference/jumio.md#65-response-timeouts-retries-order): both are assumptions of this sandbox. Never rejects.
 */
async function deliver(sandbox: Sandbox, record: CallbackRecord): Promise<void> {
  const { signal } = sandbox.epoch;
  const { callbackRetries, callbackRetryMs } = sandbox.settings;
  const content = { text: JSON.stringify(record.body), headers: { 'content-type': 'application/json' } };
  await attempt(sandbox, record, content);
  for (let retry = 0; retry < callbackRetries && mayRetry(record); retry += 1) {
    if (!(await pause(callbackRetryMs, signal))) return;
    await attempt(sandbox, record, content);
  }
}

/** Waits in real time; false if the sandbox was reset or stopped meanwhile. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

function mayRetry({ state }: CallbackRecord): boolean {
  return state === 'refused' || state === 'unanswered';
}

/** Adds a callback to the log before it is sent. Its receiver is the URL of the request, else the tenant's. */
export function logCallback(
  sandbox: Sandbox,
  execution: Execution,
  reason: CallbackReason,
  body: unknown,
): CallbackRecord {
  const record: CallbackRecord = {
    n: ++sandbox.sequence,
    executionId: execution.id,
    reason,
    url: execution.callbackUrl ?? sandbox.settings.callbackUrl,
    body,
    state: 'waiting',
    sentAt: null,
    attempts: 0,
    answerStatus: null,
    answerBody: null,
  };
  append(sandbox.callbacks, record);
  return record;
}
