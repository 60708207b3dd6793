import { type Execution, TERMINAL } from '../execution/execution.ts';
import { type CallbackFault, takeCallbackFault } from '../faults.ts';
import type { Sandbox } from '../sandbox.ts';
import { type CallbackBody, callbackBody } from './body.ts';
import { deliver, pause } from './deliver.ts';
import { forgedBody, unknownStatusBody, unknownWorkflowBody } from './false-bodies.ts';
import { logCallback } from './log.ts';
import type { Reason } from './record.ts';

/** Reports what an execution has become, as far as Jumio reports it, with the faults that were asked for. */
export function announce(sandbox: Sandbox, execution: Execution): void {
  if (!TERMINAL.has(execution.status) && !sandbox.settings.intermediateCallbacks) return;
  const body = callbackBody(sandbox, execution);
  const fault = (name: CallbackFault['fault']) => takeCallbackFault(sandbox, name, execution.customerInternalReference);
  sendFalseOnes(sandbox, execution, body, fault);
  if (fault('lose')) {
    logCallback(sandbox, execution, 'genuine', body).state = 'lost';
    return;
  }
  const send = sender(sandbox, execution, body, fault('duplicate')?.copies ?? 0);
  schedule(sandbox, execution, send, fault('delay')?.milliseconds, fault('reorder')?.milliseconds);
}

type TakeFault = (name: CallbackFault['fault']) => CallbackFault | undefined;

function sendFalseOnes(sandbox: Sandbox, execution: Execution, body: CallbackBody, fault: TakeFault): void {
  const send = (reason: Reason, falseBody: CallbackBody) => {
    const record = logCallback(sandbox, execution, reason, falseBody);
    inTurn(sandbox, execution, () => deliver(sandbox, record));
  };
  const forged = fault('forged');
  if (forged) send('forged', forgedBody(body, forged.userReference));
  if (fault('unknown-workflow')) send('unknown-workflow', unknownWorkflowBody(sandbox, body));
  const unknown = fault('unknown-status');
  if (unknown) send('unknown-status', unknownStatusBody(body, unknown.status));
}

/** Copies go out together, as the hardest case for a receiver. */
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
  const now = () => inTurn(sandbox, execution, send);
  const later = async (milliseconds: number, go: () => void) => {
    if (await pause(milliseconds, sandbox.epoch.signal)) go();
  };
  if (reorder !== undefined) void later(reorder, holdBack(sandbox, execution, now));
  else if (delay !== undefined) void later(delay, now);
  else now();
}

/** Keeps a callback until the execution's next one has been sent; what it returns sends it anyway, if it is still kept. */
function holdBack({ held }: Sandbox, { id }: Execution, now: () => void): () => void {
  held.set(id, now);
  return () => {
    if (held.get(id) !== now) return;
    held.delete(id);
    now();
  };
}

/** Callbacks of one execution leave one after the other, so that their order is what it was. */
function inTurn(sandbox: Sandbox, { id }: Execution, send: () => Promise<void>): void {
  const before = sandbox.queues.get(id) ?? Promise.resolve();
  sandbox.queues.set(id, before.then(send));
  const overtaken = sandbox.held.get(id);
  sandbox.held.delete(id);
  overtaken?.();
}
