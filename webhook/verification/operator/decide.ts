import type { CaseAct, Change, IdentityRecord } from '../../model.ts';
import type { Context } from '../context.ts';
import { NO_PROPOSAL, type Proposal, proposalOf, standingOf, updateIdentity } from '../record/index.ts';
import { actOn, grantAttempt, type OperatorResult, override } from './actions.ts';

/** Where an operator decides: a page of the console, or a command. */
export type Door = 'console' | 'cli';

/** A decision of an operator in a case (docs/console.md#two-people). */
export interface Deciding {
  readonly identityId: string;
  readonly what: CaseDecision;
  /** The operator, as the list of operators names them; at a command without such a list, a name. */
  readonly by: string;
  readonly door: Door;
  /** What the operator has seen (`caseVersion`); undefined: whatever stands now, as for a command. */
  readonly seen?: string | undefined;
  /** The acts that need a second operator. */
  readonly secondPerson: readonly CaseAct[];
  /** Returns the result and writes nothing. */
  readonly dryRun?: boolean;
}

/** `decide`: an act of one's own. `confirm`, `turn_down`: of what somebody proposed; the author of it withdraws it. */
export type CaseDecision =
  | { readonly kind: 'decide'; readonly act: CaseAct; readonly reason: string | null; readonly note: string | null }
  | { readonly kind: 'confirm' }
  /** `others`: whether this operator may end a proposal that is not their own. */
  | { readonly kind: 'turn_down'; readonly others: boolean };

/**
 * Why nothing was decided. `changed`: what the operator has seen is no longer so. `own-proposal`: nobody confirms what they
 * proposed themselves. `not-yours`: this operator may withdraw only their own. `proposed-already`: another proposal waits. `no-reason`: what two decide needs a reason of the list.
 */
export type CaseRefusal =
  | 'changed'
  | 'erased'
  | 'unknown'
  | 'own-proposal'
  | 'no-proposal'
  | 'not-yours'
  | 'proposed-already'
  | 'no-reason';

/** What became of a decision. */
export type Decided =
  | { readonly kind: 'decided'; readonly act: CaseAct; readonly result: OperatorResult }
  | { readonly kind: 'proposed' | 'turned_down'; readonly act: CaseAct; readonly result: OperatorResult }
  | { readonly kind: 'refused'; readonly why: CaseRefusal };

/** Ends the change without a write. */
class Refused extends Error {
  readonly why: CaseRefusal;

  constructor(why: CaseRefusal) {
    super(why);
    this.why = why;
  }
}

/**
 * Returns a text that differs whenever something differs that an operator decides by: a form carries it, so that of two that
 * were opened at the same moment only the first decides.
 */
export function caseVersion({ identity, verifications }: IdentityRecord): string {
  const { version, attemptGrantedAt, proposedAt, erasedAt } = identity;
  return [version, verifications.length, attemptGrantedAt ?? 0, proposedAt ?? 0, erasedAt ?? 0].join('-');
}

/** Whether one more attempt cannot change the standing, because only an operator ends an operator's rejection. */
export function isAttemptInVain(record: IdentityRecord): boolean {
  const standing = standingOf(record);
  return standing?.by?.source === 'operator' && standing.status === 'rejected';
}

type JudgedCase = Change & { readonly kind: 'decided' | 'proposed' | 'turned_down'; readonly act: CaseAct };

interface At {
  readonly deciding: Deciding;
  readonly id: string;
  readonly now: number;
}

type Choice = Pick<Proposal, 'act' | 'note'> & { readonly reason: string | null; readonly proposedBy?: string };

function apply(record: IdentityRecord, choice: Choice, { deciding: { by, door }, id, now }: At): JudgedCase {
  const { act, reason, note, proposedBy } = choice;
  const circumstances = { note, door, ...(proposedBy !== undefined && { proposedBy }) };
  if (act === 'new_attempt') return { kind: 'decided', act, ...grantAttempt(record, by, reason, now, circumstances) };
  const verdict = act === 'approve' ? 'PASSED' : 'FAILED';
  if (reason === null) throw new Refused('no-reason');
  return { kind: 'decided', act, ...override(record, { verdict, reason, by, ...circumstances }, id, now) };
}

function propose(record: IdentityRecord, choice: Choice, { deciding: { by, door }, now }: At): JudgedCase {
  const { act, reason, note } = choice;
  if (reason === null) throw new Refused('no-reason');
  if (proposalOf(record, now) !== undefined) throw new Refused('proposed-already');
  const proposed = {
    proposedAct: act,
    proposedReason: reason,
    proposedNote: note,
    proposedBy: by,
    proposedAt: now,
    proposedVersion: record.identity.version,
  };
  const detail = { act, reason, by, door, ...(note !== null && { note }) };
  return { kind: 'proposed', act, record: updateIdentity(record, proposed), events: [{ kind: 'proposed', detail }] };
}

function confirm(record: IdentityRecord, proposal: Proposal, at: At): JudgedCase {
  const { by: proposedBy, act, reason, note } = proposal;
  if (proposedBy === at.deciding.by) throw new Refused('own-proposal');
  return apply(record, { act, reason, note, proposedBy }, at);
}

function turnDown(
  record: IdentityRecord,
  { act, by: proposedBy }: Proposal,
  { deciding: { by, door } }: At,
): JudgedCase {
  const kind = by === proposedBy ? 'withdrawn' : 'turned_down';
  const detail = { act, by, door, ...(by !== proposedBy && { proposed_by: proposedBy }) };
  return { kind: 'turned_down', act, record: updateIdentity(record, NO_PROPOSAL), events: [{ kind, detail }] };
}

/** Judges a decision by the record as it is at the moment of the write. @throws Refused */
function judge(record: IdentityRecord, at: At): JudgedCase {
  const { what, seen, secondPerson } = at.deciding;
  if (record.identity.erasedAt !== null) throw new Refused('erased');
  if (seen !== undefined && seen !== caseVersion(record)) throw new Refused('changed');
  if (what.kind === 'decide')
    return secondPerson.includes(what.act) ? propose(record, what, at) : apply(record, what, at);
  const proposal = proposalOf(record, at.now);
  if (proposal === undefined) throw new Refused('no-proposal');
  if (what.kind === 'confirm') return confirm(record, proposal, at);
  if (!what.others && proposal.by !== at.deciding.by) throw new Refused('not-yours');
  return turnDown(record, proposal, at);
}

/**
 * Decides a case, proposes a decision where two must decide, or confirms or turns down a proposal: the one function behind
 * the pages of the console and the commands. It writes the ledger only, and the worker does the rest.
 * @throws LedgerUnavailable if the ledger cannot be read or written
 * @throws UpstreamError if the identity has no row, and Kratos gives no usable answer
 */
export async function decideCase(ctx: Context, deciding: Deciding): Promise<Decided> {
  const { identityId, dryRun = false } = deciding;
  const id = ctx.newId();
  let judged: JudgedCase | undefined;
  try {
    const result = await actOn(ctx, {
      identityId,
      dryRun,
      decide: (record, now) => {
        judged = judge(record, { deciding, id, now });
        return judged;
      },
    });
    if (result === undefined || judged === undefined) return { kind: 'refused', why: 'unknown' };
    return { kind: judged.kind, act: judged.act, result };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', why: error.why };
    throw error;
  }
}
