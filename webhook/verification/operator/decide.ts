import { hash } from 'node:crypto';
import type { CaseAct, Change, IdentityRecord } from '../../model.ts';
import type { Context } from '../context.ts';
import { type IssuedLink, newLink } from '../person/index.ts';
import {
  BY_COMMAND,
  latePassAt,
  NO_PROPOSAL,
  type Proposal,
  proposalOf,
  standingOf,
  updateIdentity,
} from '../record/index.ts';
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
  /** Whether a granted attempt comes with a one-time link for the person, in the same write. */
  readonly issuesLink?: boolean;
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
 * Why nothing was decided. `changed`: what the operator has seen is no longer so. `own-case`: nobody decides about themself.
 * `own-proposal`: nobody confirms what they proposed themselves. `draft`: a command proposed it, so nobody who has signed in has.
 * `not-yours`: this operator may withdraw only their own. `proposed-already`: another proposal waits. `no-reason`: the list of
 * reasons has a reason for each act, and this needs one.
 */
export type CaseRefusal =
  | 'changed'
  | 'own-case'
  | 'draft'
  | 'erased'
  | 'unknown'
  | 'own-proposal'
  | 'no-proposal'
  | 'not-yours'
  | 'proposed-already'
  | 'no-reason';

/** What became of a decision. */
export type Decided =
  | {
      readonly kind: 'decided';
      readonly act: CaseAct;
      readonly result: OperatorResult;
      /** Only of a granted attempt, where one was asked for. */
      readonly link?: IssuedLink | undefined;
    }
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
  // What Jumio found is published nowhere, so `version` does not change with it.
  const found = verifications.map(({ decision, completedAt, findings }) => [decision, completedAt, findings]);
  const seen = hash('sha256', JSON.stringify([found, latePassAt({ identity, verifications })]), 'base64url');
  return [version, verifications.length, attemptGrantedAt ?? 0, proposedAt ?? 0, erasedAt ?? 0, seen.slice(0, 16)].join(
    '.',
  );
}

/** Whether one more attempt cannot change the standing, because only an operator ends an operator's rejection. */
export function isAttemptInVain(record: IdentityRecord): boolean {
  const standing = standingOf(record);
  return standing?.by?.source === 'operator' && standing.status === 'rejected';
}

type JudgedCase = Change & {
  readonly kind: 'decided' | 'proposed' | 'turned_down';
  readonly act: CaseAct;
  readonly issued?: IssuedLink;
};

interface At {
  readonly deciding: Deciding;
  readonly id: string;
  readonly now: number;
}

type Choice = Pick<Proposal, 'act' | 'note'> & { readonly reason: string | null; readonly proposedBy?: string };

/** The person of a granted attempt may be unable to sign in, so a link goes with it: a grant without one would lead nowhere. */
function grant(record: IdentityRecord, granted: Change, { deciding: { issuesLink = false, by }, now }: At): JudgedCase {
  const of = { kind: 'decided', act: 'new_attempt', ...granted } as const;
  if (!issuesLink) return of;
  const { id } = record.identity;
  const { token, link, event } = newLink(id, { purpose: 'restart', onlyOneFor: id, by }, now);
  return { ...of, events: [...(granted.events ?? []), event], link, issued: { token, endsAt: link.endsAt } };
}

function apply(record: IdentityRecord, choice: Choice, at: At): JudgedCase {
  const { act, reason, note, proposedBy } = choice;
  const {
    deciding: { by, door },
    id,
    now,
  } = at;
  const circumstances = { note, door, ...(proposedBy !== undefined && { proposedBy }) };
  if (act === 'new_attempt') return grant(record, grantAttempt(record, by, reason, now, circumstances), at);
  const verdict = act === 'approve' ? 'PASSED' : 'FAILED';
  if (reason === null) throw new Refused('no-reason');
  return { kind: 'decided', act, ...override(record, { verdict, reason, by, ...circumstances }, id, now) };
}

function propose(record: IdentityRecord, choice: Choice, { deciding: { by, door }, now }: At): JudgedCase {
  const { act, reason, note } = choice;
  if (reason === null) throw new Refused('no-reason');
  const waiting = proposalOf(record, now);
  if (waiting !== undefined && !(waiting.isDraft && door === 'console')) throw new Refused('proposed-already');
  const proposed = {
    proposedAct: act,
    proposedReason: reason,
    proposedNote: note,
    proposedBy: door === 'cli' ? BY_COMMAND : by,
    proposedAt: now,
    proposedVersion: record.identity.version,
  };
  const detail = { act, reason, by, door, ...(note !== null && { note }) };
  return { kind: 'proposed', act, record: updateIdentity(record, proposed), events: [{ kind: 'proposed', detail }] };
}

function confirm(record: IdentityRecord, proposal: Proposal, at: At): JudgedCase {
  const { by: proposedBy, act, reason, note, isDraft } = proposal;
  if (isDraft) throw new Refused('draft');
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
  const { what, seen, secondPerson, by } = at.deciding;
  if (by === record.identity.id) throw new Refused('own-case');
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
    const { kind, act, issued } = judged;
    return kind === 'decided' ? { kind, act, result, link: issued } : { kind, act, result };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', why: error.why };
    throw error;
  }
}

/**
 * Makes another link to an attempt that was granted; the older one ends. Undefined: none is granted, or the person was erased.
 * @throws LedgerUnavailable if it could not be stored
 */
export async function renewLink(ctx: Context, identityId: string, by: string): Promise<IssuedLink | undefined> {
  const now = ctx.clock.now();
  const { token, link, event } = newLink(identityId, { purpose: 'restart', onlyOneFor: identityId, by }, now);
  let isIssued = false;
  await ctx.ledger.change(identityId, now, (record) => {
    isIssued = record !== undefined && record.identity.erasedAt === null && record.identity.attemptGrantedAt !== null;
    return record !== undefined && isIssued ? { record, events: [event], link } : undefined;
  });
  return isIssued ? { token, endsAt: link.endsAt } : undefined;
}
