import type { LedgerIdentity } from '../history/history.ts';
import { finalKnowledge, type Index } from './histories.ts';
import { type Attempt, type ModelStanding, standingOf, verdictOf } from './model.ts';
import type { Report } from './violations.ts';

/** Checks that a sign-up made one row, and that it has the attempts that were asked for. */
export function checkAttempts(identityId: string, rows: readonly LedgerIdentity[], index: Index, report: Report): void {
  if (rows.length === 0) {
    report('lost', 'a row of an acknowledged sign-up', 'none');
    return;
  }
  if (rows.length > 1) report('doubled', 'one row', `${rows.length} rows`);
  const verifications = index.rowsOf(identityId);
  const restarts = index.restartsOf(identityId);
  const least = 1 + restarts.filter(({ outcome }) => outcome === 'granted').length;
  const most = 1 + restarts.filter(({ outcome }) => outcome !== 'refused').length;
  const seen = `${verifications.length} attempts`;
  if (verifications.length < least) report('lost', `${least} attempts`, seen);
  if (verifications.length > most) report('doubled', `at most ${most} attempts`, seen);
  for (const { executionId, attempt } of verifications)
    if (executionId === null) report('lost', `an execution of attempt ${attempt}`, 'none, and nothing is due');
}

const UNDECIDED = ['pending', 'processing', 'expired'];

/** Whether a status, and the execution that gives it where that is known, is what the model says. */
function isAs(standing: ModelStanding | undefined, status: string, executionId?: string): boolean {
  if (standing === undefined) return UNDECIDED.includes(status);
  return standing.status === status && (executionId === undefined || executionId === standing.executionId);
}

function describe(standing: ModelStanding | undefined): string {
  return standing === undefined ? 'nothing decided' : `${standing.status} by ${standing.executionId}`;
}

/**
 * Checks that ledger and Kratos show at the end what Jumio decided last for the execution that counts. Returns the standings that are
 * right: several where a changed decision was never announced.
 */
export function checkEnd(
  { id, status, version, published }: LedgerIdentity,
  attempts: readonly Attempt[],
  index: Index,
  report: Report,
): readonly (ModelStanding | undefined)[] {
  const standings = finalKnowledge(attempts, index).map((knowledge) => standingOf(attempts, knowledge));
  const expected = [...new Set(standings.map(describe))].join(' or ');
  const isRight = (seen: string, executionId?: string): boolean =>
    standings.some((standing) => isAs(standing, seen, executionId));
  if (!isRight(status)) report('lost', `${expected} in the ledger`, status);
  const copy = index.publicationsOf(id).at(-1);
  if (copy === undefined) report('lost', `${expected} in Kratos`, 'no copy');
  else {
    const seen = `${copy.status} by ${copy.executionId ?? 'no execution'}`;
    if (!isRight(copy.status, copy.executionId ?? '')) report('lost', `${expected} in Kratos`, seen);
    if (copy.version !== version || published !== version)
      report('lost', `version ${version} in Kratos`, `version ${copy.version}, confirmed ${published}`);
  }
  return standings;
}

/**
 * Checks that each decision of an attempt that was read is one event, in Jumio's order.
 * @param certain how many decisions must have been read
 */
export function checkDecided(
  { decisions, attempt }: Attempt,
  verdicts: readonly string[],
  certain: number,
  report: Report,
): void {
  const made = decisions.map(verdictOf);
  const seen = verdicts.join(', ') || 'none';
  let at = 0;
  for (const verdict of verdicts) {
    const found = made.indexOf(verdict, at);
    const expected = `events of attempt ${attempt} as decided: ${made.join(', ') || 'none'}`;
    if (found < 0) {
      report(made.includes(verdict) ? 'doubled' : 'forged', expected, seen);
      return;
    }
    at = found + 1;
  }
  if (at < certain) report('lost', `an event of each decision of attempt ${attempt} up to ${made[certain - 1]}`, seen);
}
