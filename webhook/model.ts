/** All times are epoch milliseconds by the service's clock, unless said to be Jumio's. */

/** Statuses that a published copy can hand down to a new row (docs/design.md#the-sign-in-heals). */
export type DecidedStatus = 'approved' | 'review' | 'rejected';

/** What the application and the gate read (docs/design.md#vocabulary). */
export type Status = 'none' | 'pending' | 'processing' | 'expired' | DecidedStatus;

/** Whose move it is (docs/design.md#what-jumios-answers-mean). */
export type WaitingOn = 'person' | 'jumio' | 'operator' | 'nobody';

/** Jumio's verdicts in the published vocabulary: Jumio's REJECTED is our FAILED (docs/design.md#vocabulary). */
export type Verdict = 'PASSED' | 'WARNING' | 'FAILED';

/** Closed list of ours; the first four are reasons that a person can act on. */
export type Reason = 'unreadable' | 'expired_document' | 'unsupported_document' | 'not_finished' | 'other';

/** Who answers the question: Jumio, the operator, or a provider of electronic identities. */
export type Source = 'jumio' | 'operator' | `eid:${string}`;

/** A Kratos identity, once we have met it. Columns of docs/design.md#jobs-and-steps. */
export interface Identity {
  readonly id: string;
  readonly firstSeenAt: number;
  /** Where the person wants to go after the verification; checked against the allow-list before it is kept. */
  readonly returnTo: string | null;
  /** The decided status its published copy showed when the row was made; its standing until Jumio decides. */
  readonly inherited: DecidedStatus | null;
  /** The decided status that counts, or null where nothing was ever decided. Computed with every change, never patched. */
  readonly standing: DecidedStatus | null;
  readonly status: Status;
  /** When the standing was decided; an inherited one: when we met the identity. Null where there is none. */
  readonly decidedAt: number | null;
  /** Why the standing is a rejection; null: it is none, or nobody said. */
  readonly reason: Reason | null;
  /** How many of its verifications were rejected. */
  readonly rejections: number;
  /** Whose move the open attempt is; null: nothing is open. */
  readonly attemptWaitsOn: WaitingOn | null;
  /** What `version` says: the JSON text that is published, without `updated_at`; null while status is `none`. */
  readonly content: string | null;
  /** The minimum of its verifications' `readDue`. */
  readonly jumioDue: number | null;
  readonly kratosDue: number | null;
  /** 1 while its person waits on a page: goes first. */
  readonly priority: number;
  readonly lease: number;
  readonly leasedUntil: number;
  readonly readRequests: number;
  /** Raised with each change of the published content; due for publishing while `published < version`. */
  readonly version: number;
  readonly published: number;
  /** When the published content last changed: `updated_at` of the published copy, so that a repeat is byte-identical. */
  readonly changedAt: number;
  readonly kratosAttempts: number;
  /** 1 while a published decision is still to be read back once. */
  readonly readBack: number;
  /** Kratos' own 404s in a row, and when the first of them came. */
  readonly missingCount: number;
  readonly missingSince: number | null;
  /** 1: Kratos no longer has it; nothing is published until it shows itself again. */
  readonly deletedInKratos: number;
  /** 1: Kratos refuses our PATCH for good (traits no longer fit the schema); tried daily. */
  readonly publishRefused: number;
  /** Kratos' identity schema, as a hook last told; null: never told. */
  readonly schemaId: string | null;
  /** When Kratos made the identity; null: never told. */
  readonly kratosCreatedAt: number | null;
  /** The language that the person prefers, a tag such as `pt-BR`, whether we speak it or not; null: not known yet. */
  readonly locale: string | null;
  /** The text version that the person agreed to, in which language, and when; null: never. */
  readonly consentVersion: string | null;
  readonly consentLanguage: string | null;
  readonly consentAt: number | null;
  /** When the person last refused; null: never, or has agreed since. */
  readonly declinedAt: number | null;
  /** 1: asked to come, without an execution: it is made when the person goes on. */
  readonly awaitingConsent: number;
  /**
   * Given by an operator: an attempt that was requested at this time or later is allowed whatever the standing and the
   * limits say. Null: nothing is granted, or one such attempt was decided.
   */
  readonly attemptGrantedAt: number | null;
  /** 1: its sessions are still to be revoked in Kratos, if the policy says so. 2: they were; once more with the read-back. */
  readonly revocation: number;
  /** The `state` that is owed to Kratos (`inactive` only if the policy says so); null: none. */
  readonly pendingState: 'active' | 'inactive' | null;
  /** 1: we are about to make it `inactive`, or did; only then do we set it back. */
  readonly deactivated: number;
  /** Kratos' time of that change; null: not confirmed yet. An `inactive` of another time is somebody else's. */
  readonly inactiveSince: number | null;
  /** What an eID owes us: 0 nothing; 1 a sign-up's credential is to be read; 2 what is linked is, told by a hook or asked for. */
  readonly eidCheck: number;
  /** When the first hook told of what is owed, and when the last one did: the ID token must be of that time. Null: none. */
  readonly eidReportedSince: number | null;
  readonly eidReportedAt: number | null;
  /** When what an eID owes us is to be read next, and how often that has failed in a row. Null: nothing is owed. */
  readonly eidDue: number | null;
  readonly eidFailures: number;
  /** 1: an eID that was read last does not verify this identity, and none does; 0: one does, or none was read. */
  readonly eidInsufficient: number;
  /** When it was erased; what is left is a tombstone (its standing). */
  readonly erasedAt: number | null;
}

export type VerificationState = 'requested' | 'started' | 'decided' | 'expired';

/** One attempt: one Jumio workflow execution that we started or will start for an identity. */
export interface Verification {
  readonly id: string;
  readonly identityId: string;
  /** Only a row of Jumio's owes us anything from Jumio. */
  readonly source: Source;
  /** The level of assurance that the source returned; null where it has none. */
  readonly level: string | null;
  /** Who the person is to an eID: a keyed hash of issuer and subject. It stays with the identity that it approved. */
  readonly subject: string | null;
  /** Traits for Jumio: 0 not wanted, 1 owed, 2 sent, 3 given up. */
  readonly prefill: number;
  /** 1 for the first attempt of its identity. */
  readonly attempt: number;
  readonly state: VerificationState;
  readonly requestedAt: number;
  /** Jumio's word, as last read; null before the first read. */
  readonly jumioStatus: string | null;
  readonly accountId: string | null;
  readonly executionId: string | null;
  readonly definitionKey: string | null;
  readonly decision: Verdict | null;
  readonly decisionLabel: string | null;
  readonly riskScore: number | null;
  readonly reason: Reason | null;
  /** Jumio's time of the latest decision; missing: our first read of a decision. */
  readonly completedAt: number | null;
  /** Create calls so far without a usable answer; then, failed reads in a row. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly readDue: number | null;
  readonly lastReadAt: number | null;
  /** The status that the callback behind the last read claimed; null: a timer's or a person's. */
  readonly lastReadFor: string | null;
  /** What the newest callback claimed: a hint, never a fact. */
  readonly claimedStatus: string | null;
  /** Looks since the first sign of life: the place in Jumio's polling schedule. */
  readonly reads: number;
  /** First callback, arrival at a page, or sign-in: from here on the schedule runs. */
  readonly activeAt: number | null;
  /** Progress of "status and details both 404, twice, an hour apart": 0 to 4. */
  readonly notFound: number;
  /** 1: the person asked for a new link; granted after the next read, if that shows nothing paid is lost. */
  readonly renewalRequested: number;
  /** 1: Jumio refused (400) to create this one; tried again daily, or when creation as a whole is resumed. */
  readonly createRefused: number;
  /** Secrets, gone when the link expires. */
  readonly link: string | null;
  readonly linkEndsAt: number | null;
  readonly sdkToken: string | null;
  readonly transactionToken: string | null;
  /** When traits for Jumio are due to be sent; null: not before the person agrees, or never. */
  readonly prefillDue: number | null;
  /** Tries to send them so far. */
  readonly prefillTries: number;
  /** Where Jumio takes prepared data of this execution; a secret like the token it goes with. */
  readonly prefillUrl: string | null;
}

/** One identity and all its verifications, oldest first. */
export interface IdentityRecord {
  readonly identity: Identity;
  readonly verifications: readonly Verification[];
}

/** Append-only. `detail` holds our own words and Jumio's labels: never a person's data, a link or a token. */
export interface LedgerEvent {
  readonly kind: string;
  readonly verificationId?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** Given: written at most once in the life of the ledger. */
  readonly once?: string;
}

/** What a one-time address was made for. */
export type LinkPurpose = 'handover' | 'way-on' | 'restart';

/** A one-time address of ours, of which the ledger knows the hash only. */
export interface OneTimeLink {
  /** SHA-256 of its random part, hex. */
  readonly hash: string;
  readonly identityId: string;
  readonly purpose: LinkPurpose;
  /** A newer address with the same key withdraws this one; null: nothing does. */
  readonly replaces: string | null;
  /** Where its person wants to go after the verification, allowed when it was made; null: as the identity's row says. */
  readonly returnTo: string | null;
  readonly madeAt: number;
  readonly endsAt: number;
  /** When it was used; it is good for once. */
  readonly usedAt: number | null;
}

/**
 * A change as a pure function decides it. `record` is not normalised: its derived columns are still those of before.
 * The ledger normalises it once, with the time of the change, when it writes.
 */
export interface Change {
  readonly record: IdentityRecord;
  readonly events?: readonly LedgerEvent[];
  readonly link?: OneTimeLink;
  /** Every one-time address of the identity stops working, and is forgotten. */
  readonly withdrawLinks?: boolean;
}

/** Computes the derived columns of a changed record at the time `now`. The ledger applies it to every record that it writes. */
export type Normalize = (changed: IdentityRecord, now: number) => IdentityRecord;

/** Why the gate refuses. */
export type RefusalText = 'rejected' | 'review' | 'unverified' | 'unknown';
