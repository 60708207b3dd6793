import type { RefusalText, Status, WaitingOn } from '../../model.ts';
import type { RetryRules } from '../record/index.ts';

/** What a person is doing when the gate is asked; `refresh`: signing in once more beside a session that lives. */
export type Flow = 'login' | 'refresh' | 'recovery';

/** `block_with_way_on`: the refusal carries a one-time address at which the verification can be done. */
export type GateDecision = 'allow' | 'block' | 'block_with_way_on';

/** All that a rule may look at. Null: neither the request nor the ledger says, and a rule that asks does not match. */
export interface PolicyFacts {
  readonly status: Status;
  readonly waitingOn: WaitingOn | null;
  readonly flow: Flow | null;
  readonly method: string | null;
  readonly schema: string | null;
  /** Milliseconds since Kratos made the identity. */
  readonly accountAge: number | null;
  /** Milliseconds since the verdict that counts. */
  readonly verdictAge: number | null;
}

/** A rule matches where every key that it has does; ages in milliseconds. */
export interface Condition {
  readonly status?: readonly Status[] | undefined;
  readonly waitingOn?: readonly WaitingOn[] | undefined;
  readonly flow?: readonly Flow[] | undefined;
  readonly method?: readonly string[] | undefined;
  readonly schema?: readonly string[] | undefined;
  readonly accountYoungerThan?: number | undefined;
  readonly accountOlderThan?: number | undefined;
  readonly verdictYoungerThan?: number | undefined;
  readonly verdictOlderThan?: number | undefined;
}

export interface Rule {
  /** Its place in the file, from 0. */
  readonly index: number;
  readonly name: string | null;
  readonly when: Condition;
  readonly decision: GateDecision;
  /** Which text a refusal shows; null: the one of the status. */
  readonly text: RefusalText | null;
}

/** The operator's policy, read and checked once at start. */
export interface Policy {
  /** Names this very policy in events: 12 hexadecimal digits. */
  readonly hash: string;
  /** Tried in their order; the first that matches counts. */
  readonly rules: readonly Rule[];
  /** The last rule of the file: it has no condition. */
  readonly otherwise: Rule;
  readonly startAgain: RetryRules;
  readonly onRejected: OnRejected;
  readonly evidence: EvidencePolicy;
  readonly requiredLevels: RequiredLevels;
  /** An approval that is older counts as `expired`; null: none ever does. */
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
    isWithin(when.accountYoungerThan, when.accountOlderThan, facts.accountAge) &&
    isWithin(when.verdictYoungerThan, when.verdictOlderThan, facts.verdictAge)
  );
}

/** The first rule that matches; there always is one, because the last has no condition. */
export function ruleFor(policy: Policy, facts: PolicyFacts): Rule {
  return policy.rules.find((rule) => matches(rule, facts)) ?? policy.otherwise;
}

/** A rejected person gets a way on only from a rule that names `rejected` itself. */
export function decisionOf(rule: Rule, status: Status): GateDecision {
  const isMeant = status !== 'rejected' || rule.when.status?.includes('rejected') === true;
  return rule.decision === 'block_with_way_on' && !isMeant ? 'block' : rule.decision;
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

export function refusalTextOf(rule: Rule, status: Status): RefusalText {
  return rule.text ?? TEXTS[status];
}

/** What a rejection does at Kratos beside the gate, at once: a part of the policy. */
export interface OnRejected {
  readonly revokeSessions: boolean;
  readonly deactivate: boolean;
}

/** Which source at which returned level satisfies verification: any level, or the levels that are listed. */
export type EvidencePolicy = Readonly<Record<string, 'any' | readonly string[]>>;

/** Schema → provider → the level below which a sign-up is refused. */
export type RequiredLevels = Readonly<Record<string, Readonly<Record<string, string>>>>;
