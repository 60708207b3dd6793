import type { RefusalText, Status, WaitingOn } from '../../model.ts';
import type { RetryRules } from '../record/index.ts';

/** The flow of Kratos in which the gate decides; `refresh`: a login beside a valid session. `api`: no flow, a request to a decision endpoint. */
export type Flow = 'login' | 'refresh' | 'recovery' | 'api';

/** The decision of the gate. `block_with_way_on`: the refusal carries a continuation link. */
export type GateDecision = 'allow' | 'block' | 'block_with_way_on';

/** The facts that a rule may use. Null: neither the request nor the ledger has the fact, and a rule that needs it does not match. */
export interface PolicyFacts {
  readonly status: Status;
  readonly waitingOn: WaitingOn | null;
  readonly flow: Flow | null;
  readonly method: string | null;
  readonly schema: string | null;
  /** Who decided, else who will: `jumio`, `operator` or `eid:<provider>`. */
  readonly source: string | null;
  /** The level of the eID that decided, as it was stored then. */
  readonly level: string | null;
  /** Milliseconds since Kratos made the identity. */
  readonly accountAge: number | null;
  /** Milliseconds since the verdict that counts. */
  readonly verdictAge: number | null;
}

/** A condition matches if every key that it has matches. Ages are in milliseconds. */
export interface Condition {
  readonly status?: readonly Status[] | undefined;
  readonly waitingOn?: readonly WaitingOn[] | undefined;
  readonly flow?: readonly Flow[] | undefined;
  readonly method?: readonly string[] | undefined;
  readonly schema?: readonly string[] | undefined;
  readonly source?: readonly string[] | undefined;
  readonly level?: readonly string[] | undefined;
  readonly accountYoungerThan?: number | undefined;
  readonly accountOlderThan?: number | undefined;
  readonly verdictYoungerThan?: number | undefined;
  readonly verdictOlderThan?: number | undefined;
}

/** One rule of the policy. */
export interface Rule {
  /** Its position in the file, from 0; those of no file (`api-rules.ts`) stand behind it. */
  readonly index: number;
  readonly name: string | null;
  readonly when: Condition;
  readonly decision: GateDecision;
  /** The text that a refusal shows; null: the text of the status. */
  readonly text: RefusalText | null;
}

/** The operator's policy, read and checked once at start. */
export interface Policy {
  /** Identifies this policy in events: 12 hexadecimal digits. */
  readonly hash: string;
  /** Tried in their order; the first that matches counts. */
  readonly rules: readonly Rule[];
  /** The last rule of the file: it has no condition. */
  readonly otherwise: Rule;
  /** Whether a rule asks for source or level, which are read from the content of the ledger's row. */
  readonly asksOrigin: boolean;
  readonly startAgain: RetryRules;
  readonly onRejected: OnRejected;
  readonly evidence: EvidencePolicy;
  readonly requiredLevels: RequiredLevels;
  /** An approval that is older counts as `expired`, in milliseconds; null: approvals do not expire. */
  readonly verdictLifetimeMs: number | null;
}

function isListed<T>(list: readonly T[] | undefined, fact: T | null): boolean {
  return list === undefined || (fact !== null && list.includes(fact));
}

function isWithin(youngerThan: number | undefined, olderThan: number | undefined, age: number | null): boolean {
  if (youngerThan === undefined && olderThan === undefined) return true;
  return (
    age !== null && age < (youngerThan ?? Number.POSITIVE_INFINITY) && age >= (olderThan ?? Number.NEGATIVE_INFINITY)
  );
}

function matches({ when }: Rule, facts: PolicyFacts): boolean {
  return (
    isListed(when.status, facts.status) &&
    isListed(when.waitingOn, facts.waitingOn) &&
    isListed(when.flow, facts.flow) &&
    isListed(when.method, facts.method) &&
    isListed(when.schema, facts.schema) &&
    isListed(when.source, facts.source) &&
    isListed(when.level, facts.level) &&
    isWithin(when.accountYoungerThan, when.accountOlderThan, facts.accountAge) &&
    isWithin(when.verdictYoungerThan, when.verdictOlderThan, facts.verdictAge)
  );
}

/** Returns the first rule that matches; the last one has no condition. */
export function ruleFor(policy: Policy, facts: PolicyFacts): Rule {
  return policy.rules.find((rule) => matches(rule, facts)) ?? policy.otherwise;
}

/** Returns the decision of a rule. A rejected person gets a continuation link only from a rule that names `rejected`. */
export function decisionOf(rule: Rule, status: Status): GateDecision {
  const mayOfferLink = status !== 'rejected' || rule.when.status?.includes('rejected') === true;
  return rule.decision === 'block_with_way_on' && !mayOfferLink ? 'block' : rule.decision;
}

const TEXTS: Readonly<Record<Status, RefusalText>> = {
  rejected: 'rejected',
  review: 'review',
  none: 'unverified',
  pending: 'unverified',
  processing: 'unverified',
  expired: 'unverified',
  approved: 'unverified',
};

/** Returns the text of a refusal: the rule's, else the one of the status. */
export function refusalTextOf(rule: Rule, status: Status): RefusalText {
  return rule.text ?? TEXTS[status];
}

/** The consequences of a rejection at Kratos besides the gate (docs/design.md#consequences-of-a-rejection). */
export interface OnRejected {
  readonly revokeSessions: boolean;
  readonly deactivate: boolean;
}

/** By eID provider: the returned levels that are sufficient, or any level. */
export type EvidencePolicy = Readonly<Record<string, 'any' | readonly string[]>>;

/** Schema → provider → the level below which a sign-up is refused. */
export type RequiredLevels = Readonly<Record<string, Readonly<Record<string, string>>>>;
