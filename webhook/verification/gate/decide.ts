import type { GateRow } from '../../ledger/ledger.ts';
import type { RefusalText, Status } from '../../model.ts';
import {
  decisionOf,
  effectiveStatus,
  effectiveWaitingOn,
  type Flow,
  type GateDecision,
  type Policy,
  type PolicyFacts,
  type Rule,
  refusalTextOf,
  ruleFor,
} from '../policy/index.ts';
import {
  type IdentityDetails,
  isDecided,
  mayBeLostDecision,
  member,
  type Origin,
  originOf,
  type PublishedCopy,
} from '../record/index.ts';

/** The facts of a sign-in that the policy may ask for. Undefined: the request does not contain them. */
export interface GateRequest extends IdentityDetails {
  readonly flow?: Flow | undefined;
  readonly method?: string | undefined;
}

/** The result of the policy for one identity. */
export interface GateResult {
  readonly decision: GateDecision;
  /** The status that the policy was applied to; `unknown`: neither the ledger nor the copy has one. */
  readonly status: Status | 'unknown';
  /** The text that a refusal shows. */
  readonly text: RefusalText;
  /** The rule that decided; null where the status is unknown. */
  readonly rule: Rule | null;
  /** The published copy has a decided status that differs from the ledger's. */
  readonly contradiction: boolean;
}

type RuleResult = Omit<GateResult, 'contradiction'>;

/** Applies the policy to one status and the other facts (docs/design.md#gate). */
function ruleOn(policy: Policy, facts: PolicyFacts): RuleResult {
  const { status } = facts;
  const rule = ruleFor(policy, facts);
  return { decision: decisionOf(rule, status), status, text: refusalTextOf(rule, status), rule };
}

const NO_ORIGIN: Origin = { source: null, level: null };

/** By the content of the ledger. A row with nothing but an inherited standing has none: its copy says it. Read only for a policy that asks. */
function originFor(policy: Policy, row: GateRow | undefined, copy: PublishedCopy): Origin {
  if (!policy.asksOrigin) return NO_ORIGIN;
  if (row === undefined || row.content === null) return originOf(copy.jumio);
  return originOf(member(JSON.parse(row.content), 'public'));
}

/** The facts of the ledger and of the request, without the status. */
function factsOf(
  policy: Policy,
  row: GateRow | undefined,
  copy: PublishedCopy,
  request: GateRequest,
  now: number,
): Omit<PolicyFacts, 'status'> {
  const kratosCreatedAt = request.kratosCreatedAt ?? row?.kratosCreatedAt ?? null;
  const decidedAt = row?.decidedAt ?? null;
  return {
    ...originFor(policy, row, copy),
    waitingOn: row === undefined ? null : effectiveWaitingOn(row, policy, now),
    flow: request.flow ?? null,
    method: request.method ?? null,
    schema: request.schemaId ?? row?.schemaId ?? null,
    accountAge: kratosCreatedAt === null ? null : now - kratosCreatedAt,
    verdictAge: decidedAt === null ? null : now - decidedAt,
  };
}

const STRICTEST: readonly GateDecision[] = ['block', 'block_with_way_on', 'allow'];

function strictest(results: readonly [RuleResult, ...RuleResult[]]): RuleResult {
  const decision = STRICTEST.find((wanted) => results.some((one) => one.decision === wanted));
  return results.find((one) => one.decision === decision) ?? results[0];
}

/**
 * The statuses of the copy that count beside the ledger's. One that the ledger may have lost: our decided ones. Where the ledger is
 * newer: none. Without a standing here: all, also those of the published integration; else our decided ones.
 */
function countingCopies(row: GateRow, copy: PublishedCopy): readonly Status[] {
  if (mayBeLostDecision(row.uncomparedSince, copy)) return copy.ours.filter(isDecided);
  if (row.published < row.version) return [];
  return row.standing === null ? copy.statuses : copy.ours.filter(isDecided);
}

function contradicts(row: GateRow, copy: PublishedCopy): boolean {
  const published = copy.ours.find(isDecided);
  return row.published >= row.version && published !== undefined && published !== row.status;
}

/** The result where neither the ledger nor the copy has a status: `ON_FAILURE` then decides. */
export const UNKNOWN: GateResult = {
  decision: 'block',
  status: 'unknown',
  text: 'unknown',
  rule: null,
  contradiction: false,
};

/**
 * Decides from the ledger and the published copy (docs/design.md#gate). The stricter decision counts. While the ledger's last change
 * is not published yet, the ledger alone counts. Without a row, or without a readable ledger, the copy alone counts. Where
 * the ledger is unreadable and the copy has no status, the result is `UNKNOWN`.
 */
export function evaluateGate(
  policy: Policy,
  row: GateRow | 'none' | 'unreadable',
  copy: PublishedCopy,
  request: GateRequest,
  now: number,
): GateResult {
  const known = typeof row === 'string' ? undefined : row;
  const facts = factsOf(policy, known, copy, request, now);
  const resultOf = (status: Status): RuleResult => ruleOn(policy, { ...facts, status });
  if (known === undefined) {
    const [first = 'none', ...others] = copy.statuses;
    if (row === 'unreadable' && copy.statuses.length === 0) return UNKNOWN;
    return { ...strictest([resultOf(first), ...others.map(resultOf)]), contradiction: false };
  }
  const aged = (status: Status): Status => effectiveStatus({ ...known, status }, policy, now);
  // The ledger's `waiting_on` and origin are about its own status: a rejection that only the copy shows may be final.
  const ofCopyAlone = { waitingOn: null, ...(policy.asksOrigin ? originOf(copy.jumio) : NO_ORIGIN) };
  const ofCopy = (status: Status): RuleResult =>
    ruleOn(policy, { ...facts, status: aged(status), ...(status !== known.status && ofCopyAlone) });
  const copies = countingCopies(known, copy).map(ofCopy);
  return { ...strictest([resultOf(aged(known.status)), ...copies]), contradiction: contradicts(known, copy) };
}
