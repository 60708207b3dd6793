import type { DriverLog, Kill, Publication, Served } from '../history/history.ts';
import type { Index } from './histories.ts';
import { type Attempt, type Knowledge, nothing, reachable, standingOf } from './model.ts';
import type { Report } from './violations.ts';

/** The caller of a call that was answered stores the result while its lease lasts. */
const LEASE_MS = 30_000;

/** Whether the caller may have missed the answer of a call, or may have been killed before it stored it. */
export function mayBeForgotten({ answered, answeredAt, caller }: Served, kills: readonly Kill[]): boolean {
  if (answered === 'lost' || answeredAt === undefined) return true;
  // A call that was on its way when its caller died is served all the same.
  return kills.some((kill) => kill.caller === caller && kill.wall <= answeredAt + LEASE_MS);
}

/** What the service knew at least when a publication was applied. */
export interface Milestone {
  readonly seq: number;
  readonly knowledge: readonly Knowledge[];
}

function isShown(attempts: readonly Attempt[], knowledge: Knowledge, publication: Publication): boolean {
  const standing = standingOf(attempts, knowledge);
  if (standing === undefined) return ['pending', 'processing', 'expired'].includes(publication.status);
  const { status, verdict, executionId } = standing;
  return status === publication.status && verdict === publication.verdict && executionId === publication.executionId;
}

function described({ version, status, executionId }: Publication): string {
  return `version ${version}: ${status} by ${executionId ?? 'no execution'}`;
}

/** Why no knowledge explains a publication: Jumio never said so, or it did before something newer. */
function kindOf(attempts: readonly Attempt[], publication: Publication): 'forged' | 'laundered' {
  const ever = reachable(attempts, [nothing(attempts)], publication.seq);
  return ever.some((knowledge) => isShown(attempts, knowledge, publication)) ? 'laundered' : 'forged';
}

/**
 * Walks the publications of an identity in the order in which Kratos applied them. Each must show what Jumio had decided by then, and
 * nothing that was known before may be forgotten. Returns what was known at each.
 */
export function walkPublications(
  attempts: readonly Attempt[],
  publications: readonly Publication[],
  report: Report,
): Milestone[] {
  const milestones: Milestone[] = [{ seq: 0, knowledge: [nothing(attempts)] }];
  for (const publication of publications) {
    const before = milestones.at(-1)?.knowledge ?? [];
    const possible = reachable(attempts, before, publication.seq);
    const knowledge = possible.filter((one) => isShown(attempts, one, publication));
    if (knowledge.length > 0) milestones.push({ seq: publication.seq, knowledge });
    else report(kindOf(attempts, publication), 'a status that Jumio’s decisions of then give', described(publication));
  }
  return milestones;
}

/** A sign-in whose request showed an older copy makes the service write its own again. */
function isHealed(index: Index, first: Publication): boolean {
  return index.gatesOf(first.identityId).some(({ copyVersion, to }) => copyVersion < first.version && to > first.seq);
}

/** Checks versions: in order, each with one content, and repeated only where that is explained. Returns the number of repeats. */
export function checkVersions(
  index: Index,
  publications: readonly Publication[],
  { kills }: Pick<DriverLog, 'kills'>,
  report: Report,
): number {
  let repeats = 0;
  const applied: Publication[] = [];
  for (const publication of publications) {
    const newest = applied.at(-1);
    const same = applied.filter(({ version }) => version === publication.version);
    const [first] = same;
    if (newest !== undefined && publication.version < newest.version)
      report('out of order', `no version before ${newest.version}`, described(publication));
    else if (first !== undefined && first.digest !== publication.digest)
      report('doubled', `the same bytes as before for version ${first.version}`, described(publication));
    else if (first !== undefined) {
      repeats += 1;
      const isExplained = same.some((one) => mayBeForgotten(one, kills)) || isHealed(index, first);
      // What the ledger had confirmed is written again only where a copy differed.
      const mostConfirmed = 1 + index.copiesThatDiffered(first.identityId);
      const isConfirmedTwice = index.confirmations(first.identityId, first.version) > mostConfirmed;
      if (!isExplained || isConfirmedTwice)
        report('doubled', `version ${first.version} once: its answer was given`, described(publication));
    }
    applied.push(publication);
  }
  return repeats;
}
