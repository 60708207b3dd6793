import type { Execution } from '../execution/execution.ts';
import { append, type Sandbox } from '../state.ts';

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
/** Why a callback was sent: `genuine`, a fault on demand, or by hand. */
export type Reason = 'genuine' | 'duplicate' | 'forged' | 'unknown-workflow' | 'unknown-status' | 'by-hand';

/** One callback, in the log of those sent and of those lost. */
export interface CallbackRecord {
  readonly n: number;
  readonly executionId: string;
  readonly reason: Reason;
  readonly url: string | null;
  readonly body: unknown;
  /** `no-url`: neither the request nor the tenant names a receiver. `refused`: answered with another status than 200. */
  state: 'waiting' | 'sending' | 'delivered' | 'refused' | 'unanswered' | 'lost' | 'no-url';
  /** By the sandbox's clock. */
  sentAt: string | null;
  attempts: number;
  answerStatus: number | null;
  /** The first 2,000 characters. */
  answerBody: string | null;
}
