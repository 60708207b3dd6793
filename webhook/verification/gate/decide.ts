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
import { type IdentityDetails, isDecided, type PublishedCopy } from '../record/index.ts';

/** What a request says of itself and of the identity. Undefined: it does not say. */
export interface GateRequest extends IdentityDetails {
  readonly flow?: Flow | undefined;
  readonly method?: string | undefined;
}

export interface GateResult {
  readonly decision: GateDecision;
  /** What the decision was taken from; `unknown`: neither the ledger nor the copy could say. */
  readonly status: Status | 'unknown';
  /** Which text a refusal shows. */
  readonly text: RefusalText;
  /** The rule that decided; null: none could be asked. */
  readonly rule: Rule | null;
  /** The copy says a decided status that is not ours. */
  readonly contradiction: boolean;
}

type RuledCopy = Omit<GateResult, 'contradiction'>;

/** One status, judged by the policy with the ledger's other facts (docs/design.md#gate). */
function judge(policy: Policy, facts: PolicyFacts): RuledCopy {
  const { status } = facts;
  const rule = ruleFor(policy, facts);
  return { decision: decisionOf(rule, status), status, text: refusalTextOf(rule, status), rule };
}

/** The ledger's facts and the request's; the status is still to be filled in. */
function factsOf(
  policy: Policy,
  row: GateRow | undefined,
  asked: GateRequest,
  now: number,
): Omit<PolicyFacts, 'status'> {
  const kratosCreatedAt = asked.kratosCreatedAt ?? row?.kratosCreatedAt ?? null;
  const decidedAt = row?.decidedAt ?? null;
  return {
    waitingOn: row === undefined ? null : effectiveWaitingOn(row, policy, now),
    flow: asked.flow ?? null,
    method: asked.method ?? null,
    schema: asked.schemaId ?? row?.schemaId ?? null,
    accountAge: kratosCreatedAt === null ? null : now - kratosCreatedAt,
    verdictAge: decidedAt === null ? null : now - decidedAt,
  };
}

const STRICTEST: readonly GateDecision[] = ['block', 'block_with_way_on', 'allow'];

function strictest(judged: readonly [RuledCopy, ...RuledCopy[]]): RuledCopy {
  const decision = STRICTEST.find((wanted) => judged.some((one) => one.decision === wanted));
  return judged.find((one) => one.decision === decision) ?? judged[0];
}

/** The copy may say less than a standing of ours, or speak of the time before it: then it is stale, not milder. */
function countingCopies(row: GateRow, copy: PublishedCopy): readonly Status[] {
  if (row.published < row.version) return [];
  return row.standing === null ? copy.statuses : copy.ours.filter(isDecided);
}

function contradicts(row: GateRow, copy: PublishedCopy): boolean {
  const said = copy.ours.find(isDecided);
  return row.published >= row.version && said !== undefined && said !== row.status;
}

/** The verdict where neither the ledger nor the copy says anything: the operator states what then happens. */
export const UNKNOWN: GateResult = {
  decision: 'block',
  status: 'unknown',
  text: 'unknown',
  rule: null,
  contradiction: false,
};

/**
 * Decides from the ledger and the published copy; the stricter decision counts. While our last change is not
 * published yet the ledger alone counts. Without a row the copy alone counts, without a ledger too; if then the copy
 * says nothing either, the answer is `UNKNOWN`.
 */
export function evaluateGate(
  policy: Policy,
  row: GateRow | 'none' | 'unreadable',
  copy: PublishedCopy,
  asked: GateRequest,
  now: number,
): GateResult {
  const known = typeof row === 'string' ? undefined : row;
  const facts = factsOf(policy, known, asked, now);
  const judged = (status: Status): RuledCopy => judge(policy, { ...facts, status });
  if (known === undefined) {
    const [first = 'none', ...others] = copy.statuses;
    if (row === 'unreadable' && copy.statuses.length === 0) return UNKNOWN;
    return { ...strictest([judged(first), ...others.map(judged)]), contradiction: false };
  }
  const aged = (status: Status): RuledCopy => judged(effectiveStatus({ ...known, status }, policy, now));
  const copies = countingCopies(known, copy).map(aged);
  return { ...strictest([aged(known.status), ...copies]), contradiction: contradicts(known, copy) };
}
