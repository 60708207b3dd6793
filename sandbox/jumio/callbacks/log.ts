import type { Execution } from '../execution/execution.ts';
import { append, type Sandbox } from '../sandbox.ts';
import type { CallbackRecord, Reason } from './record.ts';

/** Writes a callback down before it is sent. Its receiver: the request's, else the tenant's. */
export function logCallback(sandbox: Sandbox, execution: Execution, reason: Reason, body: unknown): CallbackRecord {
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
