import type { Generated } from 'kysely';
import type { Identity, OneTimeLink, Verification } from '../model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface EventRow {
  id: Generated<number>;
  at: number;
  identityId: string | null;
  verificationId: string | null;
  kind: string;
  detail: string;
  once: string | null;
}

export type BudgetName = 'account' | 'retrieval' | 'kratos';

/** A shared token bucket, and the pause that a refusal put on it. */
export interface BudgetRow {
  name: BudgetName;
  tokens: number;
  refilledAt: number;
  /** Nothing is taken before this time. */
  pausedUntil: number;
  /** Why it is paused, in our words; not null: the next call after the pause is a single probe. */
  reason: string | null;
  /** Identities refused (400) in a row; two pause creation as a whole. */
  refusals: number;
}

interface SettingRow {
  name: string;
  value: string;
}

/** The ledger's tables; columns are snake_case in the database. */
export interface Tables {
  identities: Mutable<Identity>;
  verifications: Mutable<Verification>;
  events: EventRow;
  addresses: Mutable<OneTimeLink>;
  budgets: BudgetRow;
  settings: SettingRow;
}
