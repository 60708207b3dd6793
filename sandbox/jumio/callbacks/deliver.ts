import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../sandbox.ts';
import { attempt } from './attempt.ts';
import type { CallbackRecord } from './record.ts';

/**
 * Sends one callback, and again as the settings say where the answer is not 200.
 * Jumio documents neither a timeout nor a retry (jumio.md §6.5): both are assumptions of this sandbox. Never rejects.
 */
export async function deliver(sandbox: Sandbox, record: CallbackRecord): Promise<void> {
  const { signal } = sandbox.epoch;
  const { callbackRetries, callbackRetryMs } = sandbox.settings;
  const content = { text: JSON.stringify(record.body), headers: { 'content-type': 'application/json' } };
  await attempt(sandbox, record, content);
  for (let retry = 0; retry < callbackRetries && mayRetry(record); retry += 1) {
    if (!(await pause(callbackRetryMs, signal))) return;
    await attempt(sandbox, record, content);
  }
}

/** Waits in real time; false when the sandbox was reset or stopped meanwhile. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
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
