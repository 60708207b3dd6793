import type { Reason, Source, Status, Verdict } from '../model.ts';

/** What the gate did with one sign-in. */
export interface SignInSeen {
  /** `would_block`: refused, but for shadow mode. `undecided`: neither the ledger nor the copy had a status, and `ON_FAILURE` decided. */
  readonly decision: 'allow' | 'block' | 'would_block' | 'undecided';
  readonly status: Status | 'unknown';
  /** As `ruleLabel` names it. */
  readonly rule: string;
}

/**
 * The result of one callback. `kept`: the read that it asks for is durable. `repeat`: it was asked for before, or nothing is to be
 * read. `forged`: neither its signature nor its reference is genuine. `unknown`: genuine, and of no execution that is known here.
 */
export type CallbackResult = 'kept' | 'repeat' | 'forged' | 'unknown';

/** One decision that a publication has brought to Kratos. */
export interface DecisionSeen {
  readonly verdict: Verdict;
  readonly source: Source;
  /** Null: it is no rejection, or none by Jumio. */
  readonly reason: Reason | null;
  /** From the request to the first decision of Jumio, in milliseconds; null: another decision. */
  readonly sinceRequestMs: number | null;
  /** From the moment at which the ledger had it, in milliseconds. */
  readonly sinceKnownMs: number;
}

/**
 * Hears what happens, for those who count it; like the log it is handed in, and decides nothing. Its methods do not throw, and cost
 * next to nothing: the gate calls one at each sign-in. No identity, trait or id ever reaches it.
 */
export interface Observer {
  signIn(seen: SignInSeen): void;
  callback(result: CallbackResult): void;
  /** Jumio has created an execution, and its person can get the link. */
  started(): void;
  decided(seen: DecisionSeen): void;
}

/** Names a rule where people and programs read it: by its name, else by its place in the file. Null: no rule has decided. */
export function ruleLabel(rule: { readonly index: number; readonly name: string | null } | null): string {
  return rule === null ? 'no rule' : (rule.name ?? `rule ${rule.index}`);
}
