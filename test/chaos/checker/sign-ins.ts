import type { RunHistory } from '../history/history.ts';
import type { Index } from './histories.ts';
import { type Attempt, type ModelStanding, reachable, standingOf } from './model.ts';
import type { Milestone } from './publications.ts';
import type { Report } from './violations.ts';

/** Checks every answer of the gate against what Jumio had decided, and what the service had shown that it knew. */
export function checkGates(
  identityId: string,
  attempts: readonly Attempt[],
  milestones: readonly Milestone[],
  index: Index,
  report: Report,
): void {
  for (const { from, to, status } of index.gatesOf(identityId)) {
    if (status !== 204 && status !== 403) continue;
    const known = milestones.findLast(({ seq }) => seq < from)?.knowledge ?? [];
    const possible = reachable(attempts, known, to).map(
      (knowledge) => standingOf(attempts, knowledge)?.status ?? 'undecided',
    );
    const seen = `${status}, while the standing was ${[...new Set(possible)].join(' or ')}`;
    if (status === 204 && !possible.includes('approved')) report('bypassed', '403 at the gate', seen);
    if (status === 403 && possible.every((one) => one === 'approved')) report('locked out', '204 at the gate', seen);
  }
}

/** Checks that the sessions of a rejected identity were ended after the rejection, and that none was made since. */
export function checkSessions(
  identityId: string,
  standings: readonly (ModelStanding | undefined)[],
  index: Index,
  { kratos }: RunHistory,
  report: Report,
): void {
  const [standing, ...others] = standings;
  if (standing?.status !== 'rejected' || others.some((other) => other?.status !== 'rejected')) return;
  const sessions = kratos.sessions.get(identityId) ?? 0;
  if (sessions > 0) report('bypassed', 'no session of a rejected identity', `${sessions} sessions`);
  // A further rejection of a rejected identity ends nothing: nobody could sign in since the first.
  const since = index.publicationsOf(identityId).findLast(({ status }) => status !== 'rejected')?.seq ?? 0;
  const isRevoked = index.revocationsOf(identityId).some(({ seq }) => seq > since);
  if (!isRevoked) report('lost', 'a revocation of the sessions after the rejection', 'none');
}

/** The answers that a forged callback may get; one that names an execution of nobody is taken and decides nothing. */
const REFUSALS: Readonly<Partial<Record<string, readonly number[]>>> = {
  'bad-signature': [401],
  'bad-mac': [401],
  'unknown-reference': [401],
  garbage: [400, 401],
  'control-character': [400],
  oversize: [413],
};

/** Checks that forged callbacks were refused. One without an answer was not. */
export function checkRefusals({ driver }: RunHistory, reportFor: (identityId: string) => Report): void {
  for (const { kind, status, identityId } of driver.callbacks) {
    const allowed = REFUSALS[kind];
    const isRefused = status === undefined || status === 503 || allowed === undefined || allowed.includes(status);
    if (!isRefused) reportFor(identityId)('forged', `${kind} answered ${allowed.join(' or ')}`, String(status));
  }
}
