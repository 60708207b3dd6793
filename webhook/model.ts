import {
  count,
  counter,
  counterOrNull,
  flag,
  forgotten,
  identityReference,
  initially,
  integer,
  primaryKey,
  type RowOf,
  realOrNull,
  since,
  text,
  textOrNull,
  time,
  timeOrNull,
  unique,
} from './columns.ts';

/*
 * The words of the domain as types, and the tables that hold them. A column is defined once, with all that follows from it: its
 * type, its blank value, and whether an erased identity loses it (`forgotten`). All times are epoch milliseconds by the
 * service's clock, unless they are said to be Jumio's or Kratos'.
 */

/**
 * The difference between clocks that is tolerated. Each replica compares leases, budgets and due times with its own clock:
 * one that is 30 seconds ahead claims an identity whose step another runs, which may create an execution twice.
 */
export const CLOCK_TOLERANCE_MS = 5_000;

/** A status that was decided; a new row can inherit it from a published copy (docs/design.md#the-sign-in-heals). */
export type DecidedStatus = 'approved' | 'review' | 'rejected';

/** The status that applications and the gate read (docs/design.md#vocabulary). */
export type Status = 'none' | 'pending' | 'processing' | 'expired' | DecidedStatus;

/** On whom an attempt waits (docs/design.md#what-jumios-answers-mean). */
export type WaitingOn = 'person' | 'jumio' | 'operator' | 'nobody';

/** Jumio's verdicts in the published vocabulary: Jumio's REJECTED is FAILED here (docs/design.md#vocabulary). */
export type Verdict = 'PASSED' | 'WARNING' | 'FAILED';

/** Why a verification was rejected or expired: a closed list. A person can act on all but `other`. */
export type Reason =
  | 'unreadable'
  | 'face_unreadable'
  | 'document_unusable'
  | 'expired_document'
  | 'unsupported_document'
  | 'not_finished'
  | 'other';

/** A reason that the person can act on. */
export type ActionableReason = Exclude<Reason, 'other'>;

/** The source of a decision: Jumio, the operator, or a provider of electronic identities. */
export type Source = 'jumio' | 'operator' | `eid:${string}`;

/** `pending`: the sessions are to be revoked. `repeat`: they were, and will be once more with the read-back. */
export type Revocation = 'none' | 'pending' | 'repeat';

/** The eID credentials to read: `sign-up`: that of the sign-up. `linked`: all linked ones, because a hook or an operator asked. */
export type EidCheck = 'none' | 'sign-up' | 'linked';

/** What an operator can decide in a case: that the person is verified, that they are not, or that they may try once more. */
export type CaseAct = 'approve' | 'reject' | 'new_attempt';

/** The table `identities`: one row per Kratos identity that the service knows (docs/design.md#jobs-and-steps). */
export const identityColumns = {
  /** Kratos' id. */
  id: primaryKey(),
  firstSeenAt: time(),
  /** Where the person wants to go after the verification. Checked against the allow-list before it is stored. */
  returnTo: forgotten(textOrNull()),
  /** The decided status of a published copy, from when the row was made or after a restore (`inheritedAt`). It counts until something else is decided. */
  inherited: textOrNull<DecidedStatus>(),
  /** The decided status that counts; null if nothing was ever decided. Computed with every change, never patched. */
  standing: textOrNull<DecidedStatus>(),
  status: initially('none', text<Status>()),
  /** When the standing was decided. Of an inherited one: `inheritedAt`, else when the row was made. Null if there is none. */
  decidedAt: timeOrNull(),
  /** Why the standing is a rejection; null if it is none, or if no reason is known. */
  reason: textOrNull<Reason>(),
  /** How many of its verifications were rejected. */
  rejections: count(),
  /** On whom the open attempt waits; null if none is open. */
  attemptWaitsOn: textOrNull<WaitingOn>(),
  /** The published JSON text of this `version`, without `updated_at`; null while the status is `none`. */
  content: forgotten(textOrNull()),
  /** The minimum of `readDue` and `prefillDue` of its verifications. */
  jumioDue: timeOrNull(),
  /** When the next call to Kratos' admin API is due; null if none is. */
  kratosDue: timeOrNull(),
  /** True while its person waits on a page: it is claimed before the others. */
  priority: forgotten(flag()),
  /** Raised with each claim: a step writes its results only if it still has the newest lease. */
  lease: counter(),
  /** The end of the newest lease. */
  leasedUntil: initially(0, time()),
  /** Raised with each request to read at Jumio, so that one that arrives during a read is not lost. */
  readRequests: counter(),
  /** Raised with each change of the published content. Due for publishing while `published < version`. */
  version: counter(),
  /** The newest version that Kratos has. */
  published: counter(),
  /** When the published content last changed: `updated_at` of the published copy, so that a retry is byte-identical. */
  changedAt: time(),
  /** Failed calls to Kratos in a row, of publications and revocations. */
  kratosAttempts: count(),
  /** True while a published decision is still to be read back once. */
  readBack: flag(),
  /** Kratos' own 404s in a row. */
  missingCount: count(),
  /** When the first of those 404s was answered; null if the last answer was none. */
  missingSince: timeOrNull(),
  /** True: Kratos no longer has the identity. Nothing is published until Kratos shows it again. */
  deletedInKratos: flag(),
  /** True: Kratos refuses the PATCH for good (the traits no longer fit the schema). It is tried again daily. */
  publishRefused: flag(),
  /** Kratos' identity schema, as the last hook reported it; null if no hook did. */
  schemaId: forgotten(textOrNull()),
  /** When Kratos made the identity; null if no hook reported it. */
  kratosCreatedAt: timeOrNull(),
  /** The language that the person prefers, a `LANGUAGE_TAG`, whether there are texts in it or not; null if unknown. */
  locale: forgotten(textOrNull()),
  /** The version of the text that the person agreed to; null if they never agreed. */
  consentVersion: forgotten(textOrNull()),
  /** The language in which the person agreed. */
  consentLanguage: forgotten(textOrNull()),
  consentAt: forgotten(timeOrNull()),
  /** When the person last refused; null if never, or if they have agreed since. */
  declinedAt: forgotten(timeOrNull()),
  /** True: a verification is wanted, and its execution is created when the person continues. */
  awaitingConsent: forgotten(flag()),
  /**
   * When an operator granted an attempt: one that is requested at this time or later is allowed whatever the standing and
   * the limits say. Null if nothing is granted, or if such an attempt was decided.
   */
  attemptGrantedAt: forgotten(timeOrNull()),
  /** Whether its sessions are still to be revoked in Kratos, if the policy says so. */
  revocation: initially('none', text<Revocation>()),
  /** The `state` that is to be written to Kratos (`inactive` only if the policy says so); null if none. */
  pendingState: textOrNull<'active' | 'inactive'>(),
  /** True: the service is about to make the identity `inactive` in Kratos, or did. Only then does the service set it back. */
  deactivated: flag(),
  /** Kratos' time of the deactivation; null if not confirmed. An `inactive` of another time was set by another writer. */
  inactiveSince: timeOrNull(),
  /** The eID credentials that are to be read at Kratos. */
  eidCheck: forgotten(initially('none', text<EidCheck>())),
  /** When the first hook reported a credential that is still to be read; null if none is. */
  eidReportedSince: forgotten(timeOrNull()),
  /** When the last hook reported one: its ID token must be of that time. Null if none is to be read. */
  eidReportedAt: forgotten(timeOrNull()),
  /** When the next read of eIDs is due; null if none is. */
  eidDue: forgotten(timeOrNull()),
  /** Failed reads of eIDs in a row. */
  eidFailures: forgotten(count()),
  /** True: credentials were read, and none verifies the identity. */
  eidInsufficient: forgotten(flag()),
  /** When the identity was erased; what is left is a tombstone (its standing). */
  erasedAt: timeOrNull(),
  /** When the decision was made that was inherited after a restore; null: the status was inherited with the first row. */
  inheritedAt: since('0003_epochs', timeOrNull()),
  /** The verification that the inherited copy names; null: none. */
  inheritedFrom: since('0003_epochs', textOrNull()),
  /** When Jumio decided an older attempt milder than the rejection that counts (docs/design.md#standing); null: it did not. Computed with every change. */
  latePassAt: since('0003_epochs', timeOrNull()),
  /** The epoch of the ledger in which the row was last written (docs/design.md#epochs). */
  epoch: since('0003_epochs', count()),
  /** `version` when `epoch` began, until the published copy is compared; null: it was compared. */
  uncomparedVersion: since('0003_epochs', counterOrNull()),
  /** `changedAt` when `epoch` began; null as above. */
  uncomparedChangedAt: since('0003_epochs', timeOrNull()),
  /** Raised by what ends its hand-over cookies: a sign-in, a revocation of its sessions, an erasure. A cookie carries the value of its time. */
  handoverCounter: since('0004_handover', counter()),
  /** Until when a hand-over cookie may be in use; null: none is, so that a sign-in has none to end. */
  handoverUntil: since('0004_handover', forgotten(timeOrNull())),
  /** The source of the inherited status, as the copy says it. Null: nothing was inherited, or the copy does not say it. */
  inheritedSource: since('0010_inherited_origin', textOrNull<Source>()),
  /** The level of assurance of the inherited status; null: as above, or its source has none. */
  inheritedLevel: since('0010_inherited_origin', forgotten(textOrNull())),
  /** What an operator proposes where two must decide (docs/console.md#two-people); null: nothing. */
  proposedAct: since('0012_console', forgotten(textOrNull<CaseAct>())),
  /** The key of the operator's reason. */
  proposedReason: since('0012_console', forgotten(textOrNull())),
  /** The operator's own words; null: none. */
  proposedNote: since('0012_console', forgotten(textOrNull())),
  /** The operator who proposes, as the list of operators names them. */
  proposedBy: since('0012_console', forgotten(textOrNull())),
  proposedAt: since('0012_console', forgotten(timeOrNull())),
  /** `version` when it was proposed: the proposal is about what was seen then, and ends with the next version. */
  proposedVersion: since('0012_console', forgotten(counterOrNull())),
  /** The operator who says that they are at work on the case: advice, and no lock. */
  takenBy: since('0012_console', forgotten(textOrNull())),
  takenAt: since('0012_console', forgotten(timeOrNull())),
};

/** A Kratos identity that the service knows. */
export interface Identity extends RowOf<typeof identityColumns> {}

/** The state of an attempt: without an execution, with one, answered, or ended without an answer. */
export type VerificationState = 'requested' | 'started' | 'decided' | 'expired';

/** Whether traits are sent to Jumio. `none`: not wanted. `given-up`: not sent, and never will be. */
export type Prefill = 'none' | 'pending' | 'sent' | 'given-up';

/** The calls (status, details) that answered 404: one, both, or one again after both. */
export type NotFound = 'none' | 'one' | 'both' | 'both-and-one';

/** The table `verifications`: one row per attempt. */
export const verificationColumns = {
  id: primaryKey(),
  identityId: identityReference(),
  /** Only a row of Jumio's has work due at Jumio. */
  source: initially('jumio', text<Source>()),
  /** The level of assurance that the source returned; null if it has none. */
  level: forgotten(textOrNull()),
  /** A keyed hash of issuer and subject of an eID. It stays with the identity that the eID approved. */
  subject: textOrNull(),
  /** Whether traits are sent to Jumio. */
  prefill: forgotten(initially('none', text<Prefill>())),
  /** 1 for the first attempt of its identity. */
  attempt: integer(),
  state: initially('requested', text<VerificationState>()),
  requestedAt: time(),
  /** Jumio's status, as last read; null before the first read. */
  jumioStatus: textOrNull(),
  accountId: textOrNull(),
  executionId: textOrNull(),
  definitionKey: textOrNull(),
  decision: textOrNull<Verdict>(),
  decisionLabel: forgotten(textOrNull()),
  riskScore: forgotten(realOrNull()),
  reason: forgotten(textOrNull<Reason>()),
  /** Jumio's time of the latest decision; if it gives none, the first read of a decision. */
  completedAt: timeOrNull(),
  /** Create calls so far without a usable answer; after the creation, failed reads in a row. */
  attempts: count(),
  lastError: textOrNull(),
  /** When the next call to Jumio for this row is due: create, read or delete, as its state says. Null if none is. */
  readDue: timeOrNull(),
  lastReadAt: timeOrNull(),
  /** The status claimed by the callback that caused the last read; null if a timer or the person caused it. */
  lastReadFor: textOrNull(),
  /** The status that the newest callback claimed: a hint, never a fact. */
  claimedStatus: forgotten(textOrNull()),
  /** Reads since the first activity: the place in Jumio's polling schedule. */
  reads: count(),
  /** The first callback, visit of a page, or sign-in: from this time on the polling schedule runs. */
  activeAt: timeOrNull(),
  /** Jumio's 404s in a row. When both calls have answered 404 twice, an hour apart, the attempt ends. */
  notFound: initially('none', text<NotFound>()),
  /** True: the person asked for a new link. It is granted after the next read, if that shows that no result is lost. */
  renewalRequested: forgotten(flag()),
  /** True: Jumio refused (400) to create this execution. The call is repeated daily, or when creation as a whole resumes. */
  createRefused: forgotten(flag()),
  /** Jumio's hosted link; like both tokens a secret, which is removed when the link expires. */
  link: forgotten(textOrNull()),
  linkEndsAt: forgotten(timeOrNull()),
  sdkToken: forgotten(textOrNull()),
  transactionToken: forgotten(textOrNull()),
  /** When traits are due to be sent to Jumio; null before the person agrees, or if they never are. */
  prefillDue: forgotten(timeOrNull()),
  /** Tries to send the traits so far. */
  prefillTries: forgotten(count()),
  /** Where Jumio takes prepared data of this execution; a secret, like the token that goes with it. */
  prefillUrl: forgotten(textOrNull()),
  /** True: an operator granted this attempt while it was open already. */
  granted: since('0003_epochs', flag()),
  /** What Jumio found, in closed words separated by blanks (`jumio/findings.ts`); null if nothing. For the operator: never published, never shown to the person. */
  findings: since('0007_findings', forgotten(textOrNull())),
};

/** One attempt: one Jumio execution that was or will be started for an identity, or an answer of an eID or an operator. */
export interface Verification extends RowOf<typeof verificationColumns> {}

/** One identity and all its verifications, oldest first. */
export interface IdentityRecord {
  readonly identity: Identity;
  readonly verifications: readonly Verification[];
}

/** An entry of the append-only audit trail. `detail` holds the service's words and Jumio's labels: never a person's data, a link or a token. */
export interface LedgerEvent {
  readonly kind: string;
  readonly verificationId?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** If given, an event with this value is written at most once in the life of the ledger. */
  readonly once?: string;
  /** With `once`, for events that strangers can cause: `ledger.note` writes at most 20 with the same cap in an hour, and drops the rest. */
  readonly cap?: string;
}

/** The purpose of a one-time link. `phone`: a person at a computer goes on with their phone. */
export type LinkPurpose = 'handover' | 'way-on' | 'restart' | 'phone';

/** The table `one_time_links`. */
export const oneTimeLinkColumns = {
  /** SHA-256 of the random part of the URL, hex: the ledger does not know the URL. */
  hash: primaryKey(),
  identityId: identityReference(),
  purpose: text<LinkPurpose>(),
  /** `LinkOptions.onlyOneFor` with its purpose: a newer link with the same value takes the place of this one. Null: none does. */
  replaces: unique(textOrNull()),
  /** Where the person wants to go after the verification, checked when the link was made; null: the `returnTo` of the identity counts. */
  returnTo: textOrNull(),
  madeAt: time(),
  endsAt: time(),
  /** When it was redeemed; it can be redeemed once. */
  usedAt: timeOrNull(),
};

/** A one-time link to the service's pages. */
export interface OneTimeLink extends RowOf<typeof oneTimeLinkColumns> {}

/**
 * A change of one identity, as a pure function decides it. `record` is not normalised: its derived columns are still those
 * of the record before the change. The ledger normalises it once, with the time of the change, when it writes.
 */
export interface Change {
  readonly record: IdentityRecord;
  readonly events?: readonly LedgerEvent[];
  readonly link?: OneTimeLink;
  /** True: every one-time link of the identity stops working and is deleted. */
  readonly withdrawLinks?: boolean;
}

/** Computes the derived columns of a changed record at the time `now`. The ledger applies it to every record that it writes. */
export type Normalize = (changed: IdentityRecord, now: number) => IdentityRecord;

/** The text with which the gate refuses a sign-in. */
export type RefusalText = 'rejected' | 'review' | 'unverified' | 'unknown';
