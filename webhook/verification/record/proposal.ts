import type { CaseAct, Identity, IdentityRecord } from '../../model.ts';

/** Two people need not be at work at the same hour, and nobody should confirm what was seen last week. */
export const PROPOSAL_LASTS_MS = 72 * 3_600_000;

/** Whether what an operator proposed can still be confirmed: nothing has changed since, and it is not too old. */
export function isProposalLive({ proposedAt, proposedVersion, version, erasedAt }: Identity, now: number): boolean {
  if (proposedAt === null || erasedAt !== null) return false;
  return proposedVersion === version && now - proposedAt < PROPOSAL_LASTS_MS;
}

/** The columns of a proposal when there is none. */
export const NO_PROPOSAL = {
  proposedAct: null,
  proposedReason: null,
  proposedNote: null,
  proposedBy: null,
  proposedAt: null,
  proposedVersion: null,
} as const satisfies Partial<Identity>;

/** A proposal of an operator is about what they saw: it ends with the next version, and by its age. */
export function withoutStaleProposal(identity: Identity, now: number): Identity {
  if (identity.proposedAt === null || isProposalLive(identity, now)) return identity;
  return { ...identity, ...NO_PROPOSAL };
}

/** Whose a proposal of a command is: nobody's, because a name at a command is no sign-in. No operator can have this id. */
export const BY_COMMAND = 'a command';

/** What an operator proposed, where two must decide. */
export interface Proposal {
  readonly act: CaseAct;
  readonly reason: string;
  readonly note: string | null;
  readonly by: string;
  /** Whether a command proposed it: somebody who has signed in makes it theirs by proposing it, and only then another confirms. */
  readonly isDraft: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Returns the proposal that can be confirmed now; undefined: there is none. */
export function proposalOf({ identity }: IdentityRecord, now: number): Proposal | undefined {
  const { proposedAct: act, proposedReason: reason, proposedNote: note, proposedBy: by, proposedAt: at } = identity;
  if (act === null || reason === null || by === null || at === null || !isProposalLive(identity, now)) return undefined;
  return { act, reason, note, by, at, isDraft: by === BY_COMMAND };
}
