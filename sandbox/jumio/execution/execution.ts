import { announce } from '../callbacks/send.ts';
import { takeCallbackFault } from '../faults.ts';
import type { Execution, Sandbox, Status } from '../state.ts';
import type { Verdict } from './capabilities.ts';
import { findingsOf, type Outcome } from './outcome.ts';

const INACTIVITY = 15 * 60_000;

/** Puts a new execution under the sandbox's clock. */
export function begin(sandbox: Sandbox, execution: Execution): void {
  sandbox.executions.set(execution.id, execution);
  watch(sandbox, execution);
}

/** The person has opened the link: from now on fifteen minutes of inactivity end the session. */
export function start(sandbox: Sandbox, execution: Execution): void {
  if (execution.status !== 'INITIATED') return;
  execution.status = 'ACQUISITION_STARTED';
  execution.startedAt = sandbox.clock.now();
  execution.lastActivityAt = execution.startedAt;
  watch(sandbox, execution);
  announce(sandbox, execution);
}

/** The person does what the tester picked. Throws ImpossibleOutcome, and then nothing has happened. */
export function act(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  const verdict = outcome.outcome;
  if (verdict === 'abandon' || verdict === 'error') leave(sandbox, execution, outcome);
  else submit(sandbox, execution, outcome, verdict);
}

function leave(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  start(sandbox, execution);
  execution.outcome = outcome.outcome;
  execution.errorCode = outcome.outcome === 'error' ? (outcome.errorCode ?? '9400') : undefined;
  execution.lastActivityAt = sandbox.clock.now();
  watch(sandbox, execution);
}

function submit(sandbox: Sandbox, execution: Execution, outcome: Outcome, verdict: Verdict): void {
  const findings = findingsOf(execution, outcome, verdict, sandbox.settings);
  start(sandbox, execution);
  execution.findings = findings;
  execution.outcome = outcome.outcome;
  execution.errorCode = undefined;
  execution.status = 'ACQUIRED';
  execution.acquiredAt = sandbox.clock.now();
  watch(sandbox, execution);
  announce(sandbox, execution);
  tick(sandbox);
}

/** Jumio changes its mind about an ended execution, later than it ended. Throws ImpossibleOutcome. */
export function overturn(sandbox: Sandbox, execution: Execution, outcome: Outcome, verdict: Verdict): void {
  execution.findings = findingsOf(execution, outcome, verdict, sandbox.settings);
  execution.outcome = outcome.outcome;
  const after = (execution.completedAt ?? 0) + 1;
  end(sandbox, execution, 'PROCESSED', Math.max(after, sandbox.clock.now()));
}

/** Does everything that has become due by the sandbox's clock. */
export function tick(sandbox: Sandbox): void {
  const now = sandbox.clock.now();
  if (now < sandbox.nextDue) return;
  sandbox.nextDue = Number.POSITIVE_INFINITY;
  for (const execution of sandbox.executions.values()) {
    const due = nextStep(sandbox, execution);
    if (due && due.at <= now) end(sandbox, execution, due.status, due.at);
    else watch(sandbox, execution);
  }
}

function watch(sandbox: Sandbox, execution: Execution): void {
  sandbox.nextDue = Math.min(sandbox.nextDue, nextStep(sandbox, execution)?.at ?? Number.POSITIVE_INFINITY);
}

function nextStep({ settings }: Sandbox, execution: Execution): { at: number; status: Status } | undefined {
  const { status, lastActivityAt = 0, acquiredAt = 0 } = execution;
  if (status === 'INITIATED') return { at: execution.linkEndsAt, status: 'TOKEN_EXPIRED' };
  if (status === 'ACQUISITION_STARTED') return { at: lastActivityAt + INACTIVITY, status: 'SESSION_EXPIRED' };
  if (status === 'ACQUIRED') return { at: acquiredAt + settings.processingSeconds * 1000, status: 'PROCESSED' };
  return undefined;
}

function end(sandbox: Sandbox, execution: Execution, status: Status, at: number): void {
  execution.status = status;
  execution.completedAt = at;
  const unreadable = takeCallbackFault(sandbox.faults, 'unreadable', execution.customerInternalReference);
  execution.readableAt = unreadable ? sandbox.clock.now() + unreadable.seconds * 1000 : 0;
  announce(sandbox, execution);
}
