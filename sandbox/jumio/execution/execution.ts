import { reportStatus } from '../callbacks/send.ts';
import { takeCallbackFault } from '../faults.ts';
import type { Execution, Sandbox, Status } from '../state.ts';
import type { Verdict } from './capabilities.ts';
import { findingsOf, type Outcome } from './outcome.ts';

const INACTIVITY = 15 * 60_000;

/** Adds a new execution, whose link ends by the sandbox's clock. */
export function addExecution(sandbox: Sandbox, execution: Execution): void {
  sandbox.executions.set(execution.id, execution);
  schedule(sandbox, execution);
}

/** The person opens the link. From now on fifteen minutes without activity end the session. */
export function start(sandbox: Sandbox, execution: Execution): void {
  if (execution.status !== 'INITIATED') return;
  execution.status = 'ACQUISITION_STARTED';
  execution.startedAt = sandbox.clock.now();
  execution.lastActivityAt = execution.startedAt;
  schedule(sandbox, execution);
  reportStatus(sandbox, execution);
}

/** Applies the outcome that the tester chose. Throws ImpossibleOutcome and then changes nothing. */
export function applyOutcome(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  const verdict = outcome.outcome;
  if (verdict === 'abandon' || verdict === 'error') leave(sandbox, execution, outcome);
  else submit(sandbox, execution, outcome, verdict);
}

function leave(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  start(sandbox, execution);
  execution.outcome = outcome.outcome;
  execution.errorCode = outcome.outcome === 'error' ? (outcome.errorCode ?? '9400') : undefined;
  execution.lastActivityAt = sandbox.clock.now();
  schedule(sandbox, execution);
}

function submit(sandbox: Sandbox, execution: Execution, outcome: Outcome, verdict: Verdict): void {
  const findings = findingsOf(execution, outcome, verdict, sandbox.settings);
  start(sandbox, execution);
  execution.findings = findings;
  execution.outcome = outcome.outcome;
  execution.errorCode = undefined;
  execution.status = 'ACQUIRED';
  execution.acquiredAt = sandbox.clock.now();
  execution.processingSeconds = outcome.processingSeconds;
  schedule(sandbox, execution);
  reportStatus(sandbox, execution);
  tick(sandbox);
}

/** Replaces the decision of an ended execution by a later one. Throws ImpossibleOutcome. */
export function overturn(sandbox: Sandbox, execution: Execution, outcome: Outcome, verdict: Verdict): void {
  execution.findings = findingsOf(execution, outcome, verdict, sandbox.settings);
  execution.outcome = outcome.outcome;
  const after = (execution.completedAt ?? 0) + 1;
  end(sandbox, execution, 'PROCESSED', Math.max(after, sandbox.clock.now()));
}

/** Ends every execution that is due by the sandbox's clock. */
export function tick(sandbox: Sandbox): void {
  const now = sandbox.clock.now();
  if (now < sandbox.nextDue) return;
  sandbox.nextDue = Number.POSITIVE_INFINITY;
  for (const execution of sandbox.executions.values()) {
    const due = nextStep(sandbox, execution);
    if (due && due.at <= now) end(sandbox, execution, due.status, due.at);
    else schedule(sandbox, execution);
  }
}

/** Brings `nextDue` forward to the next step of an execution. */
function schedule(sandbox: Sandbox, execution: Execution): void {
  sandbox.nextDue = Math.min(sandbox.nextDue, nextStep(sandbox, execution)?.at ?? Number.POSITIVE_INFINITY);
}

function nextStep({ settings }: Sandbox, execution: Execution): { at: number; status: Status } | undefined {
  const { status, lastActivityAt = 0, acquiredAt = 0, processingSeconds = settings.processingSeconds } = execution;
  if (status === 'INITIATED') return { at: execution.linkEndsAt, status: 'TOKEN_EXPIRED' };
  if (status === 'ACQUISITION_STARTED') return { at: lastActivityAt + INACTIVITY, status: 'SESSION_EXPIRED' };
  if (status === 'ACQUIRED') return { at: acquiredAt + processingSeconds * 1000, status: 'PROCESSED' };
  return undefined;
}

function end(sandbox: Sandbox, execution: Execution, status: Status, at: number): void {
  execution.status = status;
  execution.completedAt = at;
  const unreadable = takeCallbackFault(sandbox.faults, 'unreadable', execution.customerInternalReference);
  execution.readableAt = unreadable ? sandbox.clock.now() + unreadable.seconds * 1000 : 0;
  reportStatus(sandbox, execution);
}
