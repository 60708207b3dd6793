import type { LedgerIdentity, RunHistory } from '../history/history.ts';
import { finalKnowledge, type Index, indexOf } from './histories.ts';
import { checkAttempts, checkDecided, checkEnd } from './identity.ts';
import { checkOrphans } from './orphans.ts';
import { checkVersions, walkPublications } from './publications.ts';
import { checkGates, checkRefusals, checkSessions } from './sign-ins.ts';
import type { Report, Violation } from './violations.ts';

type Counts = Readonly<Record<string, number>>;

/** What a run proved. */
export interface Verdict {
  readonly identities: number;
  readonly attempts: number;
  readonly events: number;
  readonly publications: number;
  readonly callbacks: Counts;
  readonly kills: Counts;
  readonly faults: Counts;
  readonly gates: Counts;
  /** Executions of no row, each explained by a kill or a lost answer. */
  readonly orphans: number;
  /** PATCHes with the bytes of an earlier one. */
  readonly repeats: number;
  /** People whose plan ended early, because something did not come in time. */
  readonly gaveUp: number;
  readonly seconds: number;
  readonly violations: readonly Violation[];
}

/** What is known of a run besides its histories. */
export interface Circumstances {
  /** Whether nothing was due at the end. */
  readonly isDrained: boolean;
  readonly seconds: number;
  readonly gaveUp: number;
  readonly faults: Counts;
}

function counted(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function checkIdentity(
  row: LedgerIdentity,
  index: Index,
  decided: ReadonlyMap<string, readonly string[]>,
  history: RunHistory,
  report: Report,
): number {
  const attempts = index.attemptsOf(row.id);
  const publications = index.publicationsOf(row.id);
  const milestones = walkPublications(attempts, publications, report);
  const repeats = checkVersions(index, publications, history.driver, report);
  const standings = checkEnd(row, attempts, index, report);
  const [least = []] = finalKnowledge(attempts, index);
  for (const [at, attempt] of attempts.entries())
    checkDecided(attempt, decided.get(attempt.verificationId) ?? [], least[at] ?? 0, report);
  checkGates(row.id, attempts, milestones, index, report);
  checkSessions(row.id, standings, index, history, report);
  return repeats;
}

/** Compares the histories of a run with the model. Pure. */
export function check(history: RunHistory, { isDrained, seconds, gaveUp, faults }: Circumstances): Verdict {
  const { seed, driver, ledger, kratos } = history;
  const violations: Violation[] = [];
  const reportFor =
    (identityId: string): Report =>
    (kind, expected, seen) =>
      violations.push({ kind, identityId, expected, seen, seed });
  const index = indexOf(history);
  const decided = new Map<string, string[]>();
  for (const { verificationId, verdict } of ledger.decided)
    decided.set(verificationId, [...(decided.get(verificationId) ?? []), verdict]);
  const rows = new Map<string, LedgerIdentity[]>();
  for (const row of ledger.identities) rows.set(row.id, [...(rows.get(row.id) ?? []), row]);

  for (const { identityId } of driver.signUps)
    checkAttempts(identityId, rows.get(identityId) ?? [], index, reportFor(identityId));
  let repeats = 0;
  for (const row of ledger.identities) repeats += checkIdentity(row, index, decided, history, reportFor(row.id));
  const orphans = checkOrphans(history, index, reportFor);
  checkRefusals(history, reportFor);
  if (!isDrained)
    violations.push({ kind: 'not drained', expected: 'nothing due at the end', seen: 'work that is due', seed });

  return {
    identities: ledger.identities.length,
    attempts: ledger.verifications.length,
    events: ledger.events,
    publications: kratos.publications.length,
    callbacks: counted(driver.callbacks.map(({ kind, status }) => (status === undefined ? 'without an answer' : kind))),
    kills: counted(driver.kills.map(({ point }) => point)),
    faults,
    gates: counted(driver.gates.map(({ status }) => String(status ?? 'no answer'))),
    orphans,
    repeats,
    gaveUp,
    seconds,
    violations,
  };
}
