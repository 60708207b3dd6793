import type { Generated } from 'kysely';
import { count, primaryKey, type RowOf, real, text, textOrNull, time, unique } from '../columns.ts';
import type { Identity, OneTimeLink, Verification } from '../model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The table `events`, without its `id`: the databases number the rows. */
export const eventColumns = {
  at: time(),
  /** Also an identity that has no row; null: the event is of none. */
  identityId: textOrNull(),
  verificationId: textOrNull(),
  kind: text(),
  /** JSON. */
  detail: text(),
  /** An event with the same value is written once. */
  once: unique(textOrNull()),
};

interface EventRow extends Mutable<RowOf<typeof eventColumns>> {
  id: Generated<number>;
}

/** The calls that a budget limits: creations at Jumio, reads at Jumio, publications at Kratos. */
export type BudgetName = 'account' | 'retrieval' | 'kratos';

/** The table `budgets`: shared token buckets, and the pauses that refusals put on them. */
export const budgetColumns = {
  name: primaryKey<BudgetName>(),
  tokens: real(),
  refilledAt: time(),
  /** Nothing is taken before this time. */
  pausedUntil: time(),
  /** Why it is paused, as the service stores it. Not null: the next call after the pause is a single probe. */
  reason: textOrNull(),
  /** Identities refused (400) in a row; two pause creation as a whole. */
  refusals: count(),
};

/** A shared token bucket. */
export interface BudgetRow extends Mutable<RowOf<typeof budgetColumns>> {}

/** The table `settings`. */
export const settingColumns = {
  name: primaryKey(),
  value: text(),
};

/** The ledger's tables, as Kysely takes them. The columns are snake_case in the database. */
export interface Tables {
  identities: Mutable<Identity>;
  verifications: Mutable<Verification>;
  events: EventRow;
  oneTimeLinks: Mutable<OneTimeLink>;
  budgets: BudgetRow;
  settings: Mutable<RowOf<typeof settingColumns>>;
}
