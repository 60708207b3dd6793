import type { ExecutionChange, LedgerVerification, RunHistory } from '../history/history.ts';
import { type Attempt, type DatedDecision, type Knowledge, product, range } from './model.ts';

function datedDecisions(changes: readonly ExecutionChange[]): DatedDecision[] {
  const decisions: DatedDecision[] = [];
  let hasEnded = false;
  for (const { seq, status, decision } of changes) {
    if (decision !== undefined) decisions.push({ ...decision, seq, isPolled: !hasEnded });
    hasEnded ||= status !== 'ACQUISITION_STARTED' && status !== 'ACQUIRED';
  }
  return decisions;
}

function grouped<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The histories by identity and by execution, so that each is walked once. */
export interface Index {
  readonly attemptsOf: (identityId: string) => readonly Attempt[];
  readonly publicationsOf: (identityId: string) => RunHistory['kratos']['publications'];
  readonly gatesOf: (identityId: string) => RunHistory['driver']['gates'];
  readonly callbacksOf: (executionId: string) => RunHistory['driver']['callbacks'];
  readonly rowsOf: (identityId: string) => readonly LedgerVerification[];
  readonly restartsOf: (identityId: string) => RunHistory['driver']['restarts'];
  /** How often the ledger recorded that Kratos confirmed a version. */
  readonly confirmations: (identityId: string, version: number) => number;
  /** How often a copy was found that was not the ledger's, so that its version was due again. */
  readonly copiesThatDiffered: (identityId: string) => number;
  readonly revocationsOf: (identityId: string) => RunHistory['kratos']['revocations'];
}

/** Sorts a history by what it is about. */
export function indexOf({ jumio, kratos, driver, ledger }: RunHistory): Index {
  const changes = grouped(jumio.changes, ({ executionId }) => executionId);
  const publications = grouped(kratos.publications, ({ identityId }) => identityId);
  const gates = grouped(driver.gates, ({ identityId }) => identityId);
  const callbacks = grouped(driver.callbacks, ({ executionId }) => executionId);
  const restarts = grouped(driver.restarts, ({ identityId }) => identityId);
  const revocations = grouped(kratos.revocations, ({ identityId }) => identityId);
  const confirmed = grouped(ledger.published, ({ identityId, version }) => `${identityId} ${version}`);
  const differed = grouped(ledger.copiesThatDiffered, (identityId) => identityId);
  const rows = grouped(ledger.verifications, ({ identityId }) => identityId);
  const attempts = new Map<string, Attempt[]>();
  for (const [identityId, ofIdentity] of rows) {
    const linked = ofIdentity.flatMap(({ id, attempt, requestedAt, executionId }): Attempt[] =>
      executionId === null
        ? []
        : [
            {
              verificationId: id,
              attempt,
              requestedAt,
              executionId,
              decisions: datedDecisions(changes.get(executionId) ?? []),
            },
          ],
    );
    attempts.set(
      identityId,
      linked.sort((one, other) => one.attempt - other.attempt),
    );
  }
  return {
    attemptsOf: (identityId) => attempts.get(identityId) ?? [],
    publicationsOf: (identityId) => publications.get(identityId) ?? [],
    gatesOf: (identityId) => gates.get(identityId) ?? [],
    callbacksOf: (executionId) => callbacks.get(executionId) ?? [],
    rowsOf: (identityId) => rows.get(identityId) ?? [],
    restartsOf: (identityId) => restarts.get(identityId) ?? [],
    confirmations: (identityId, version) => confirmed.get(`${identityId} ${version}`)?.length ?? 0,
    copiesThatDiffered: (identityId) => differed.get(identityId)?.length ?? 0,
    revocationsOf: (identityId) => revocations.get(identityId) ?? [],
  };
}

const TRUE_NEWS = new Set(['genuine', 'signed', 'duplicate']);

function isAnnounced({ executionId }: Attempt, { seq }: DatedDecision, index: Index): boolean {
  return index
    .callbacksOf(executionId)
    .some((callback) => TRUE_NEWS.has(callback.kind) && callback.seq > seq && callback.status === 200);
}

/**
 * Returns everything that may be known at the end: every decision that timers find or a callback announced. A changed decision that
 * nobody announced may be unknown.
 */
export function finalKnowledge(attempts: readonly Attempt[], index: Index): Knowledge[] {
  return product(
    attempts.map((attempt) => {
      const { decisions } = attempt;
      const certain = decisions.findLastIndex((one) => one.isPolled || isAnnounced(attempt, one, index)) + 1;
      return range(certain, decisions.length);
    }),
  );
}
