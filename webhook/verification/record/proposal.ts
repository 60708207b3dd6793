import type { CaseAct, Identity, IdentityRecord } from '../../model.ts';

/** Two people need not be at work at the same hour, and nobody should confirm what was seen last week. */
const PROPOSAL_LASTS_MS = 72 * 3_600_000;

/** Whether what an operator proposed can still be confirmed: nothing has changed since, and it is not too old. */
export function isProposalLive({ proposedAt, proposedVersion, version, erasedAt }: Identity, now: number): boolean {
  if (proposedAt === null || erasedAt !== null) return false;
  return proposedVersion === version && now - proposedAt < PROPOSAL_LASTS_MS;
}

/** What an operator proposed, where two must decide. */
export interface Proposal {
  readonly act: CaseAct;
  readonly reason: string;
  readonly note: string | null;
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Returns the proposal that can be confirmed now; undefined: there is none. */
export function proposalOf({ identity }: IdentityRecord, now: number): Proposal | undefined {
  const { proposedAct: act, proposedReason: reason, proposedNote: note, proposedBy: by, proposedAt: at } = identity;
  if (act === null || reason === null || by === null || at === null || !isProposalLive(identity, now)) return undefined;
  return { act, reason, note, by, at };
}
