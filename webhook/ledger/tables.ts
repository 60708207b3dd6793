import type { Generated, Kysely } from 'kysely';
import {
  count,
  counter,
  initially,
  integer,
  primaryKey,
  type RowOf,
  real,
  text,
  textOrNull,
  time,
  timeOrNull,
  unique,
} from '../columns.ts';
import type { Delivery, EndpointRow } from '../events/model.ts';
import type { Identity, LedgerEvent, OneTimeLink, Verification } from '../model.ts';
import type { ApprovalAttempt, PayerRow, SigningKeyRow, Transaction } from '../transactions/model.ts';

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
  /** Why it is paused, as the service stores it. Not null: the next call after the pause is a single trial. */
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

/** What a key is for: the signatures of cookies, or of the references that executions carry. */
export type KeyUse = 'cookies' | 'references';

/** The table `keys`: the keys that can be rotated. Old ones stay, because Jumio returns references of them. */
export const keyColumns = {
  /** Its use and number, e.g. `cookies-2`. */
  id: primaryKey(),
  use: text<KeyUse>(),
  /** 32 bytes in base64: a secret. */
  secret: text(),
  madeAt: time(),
  /** Before this time it is only accepted, so that no replica meets a signature of a key that it does not know yet. */
  signsFrom: time(),
  /** From this time on it is no longer accepted; null: it is. */
  endedAt: timeOrNull(),
};

/** A key that can be rotated. */
export interface KeyRow extends Mutable<RowOf<typeof keyColumns>> {}

/** What a day is counted from: its events, or the rows of identities and verifications that began on it. */
export type DayPart = 'events' | 'rows';

/** The table `counted_days`: what the days were like that are over, so that nobody counts them anew (docs/console.md#numbers). It holds no person. */
export const countedDayColumns = {
  /** UTC, in days since 1970. */
  day: integer(),
  part: text<DayPart>(),
  /** JSON; null: the day is not counted at the moment. */
  figures: textOrNull(),
  /** Raised with each count, so that one that began before another stores nothing. */
  round: counter(),
  /** Until when somebody counts it, at most. */
  leasedUntil: initially(0, time()),
};

interface CountedDayRow extends Mutable<RowOf<typeof countedDayColumns>> {}

/** The table `changed_days`: a day of `counted_days` on which something began that has changed since; as often as something did. The database itself writes it. */
export const changedDayColumns = { day: integer() };

/** The ledger's tables, as Kysely takes them. The columns are snake_case in the database. */
export interface Tables {
  identities: Mutable<Identity>;
  verifications: Mutable<Verification>;
  events: EventRow;
  oneTimeLinks: Mutable<OneTimeLink>;
  budgets: BudgetRow;
  settings: Mutable<RowOf<typeof settingColumns>>;
  keys: KeyRow;
  transactions: Mutable<Transaction>;
  attempts: Mutable<ApprovalAttempt>;
  payers: Mutable<PayerRow>;
  signingKeys: Mutable<SigningKeyRow>;
  deliveries: Mutable<Delivery>;
  endpoints: Mutable<EndpointRow>;
  countedDays: CountedDayRow;
  changedDays: Mutable<RowOf<typeof changedDayColumns>>;
}

/** The connection that a piece of work runs on. */
export type On = Kysely<Tables>;

/** Appends an event of an identity, or of none. */
export type AppendEvent = (db: On, at: number, identityId: string | null, event: LedgerEvent) => Promise<void>;
