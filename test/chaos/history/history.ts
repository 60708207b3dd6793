/*
 * What each side of a run recorded, and what the checker compares. `seq` orders everything across the sides; `wall` is the
 * machine's time in milliseconds, `at` the service's.
 */

/** Whether the answer to a call was handed to the network as a whole. `lost`: by a planned fault, or because the caller had died. */
export type Answered = 'given' | 'lost';

/** A call that a double served. */
export interface Served {
  readonly seq: number;
  readonly wall: number;
  /** The process that called, by its User-Agent: one of each start of each replica. */
  readonly caller: string;
  answered: Answered;
  /** The machine’s time of the answer; not set: it was lost. */
  answeredAt?: number;
}

/** An execution that Jumio created. */
export interface Creation extends Served {
  /** The service's time of the creation. */
  readonly at: number;
  readonly identityId: string;
  readonly reference: string;
  readonly accountId: string;
  readonly executionId: string;
}

/** A decision of Jumio. `isRetryable`: a rejection that the person can act on. */
export interface Decision {
  readonly type: 'PASSED' | 'WARNING' | 'REJECTED';
  readonly isRetryable: boolean;
  /** Jumio's time of it; epoch milliseconds, no two are equal. */
  readonly completedAt: number;
}

/** A change of an execution at Jumio. */
export interface ExecutionChange {
  readonly seq: number;
  readonly executionId: string;
  /** `GONE`: Jumio answers 404. */
  readonly status: string;
  readonly decision?: Decision;
}

/** An answer about an execution. */
export interface ExecutionRead extends Served {
  readonly executionId: string;
  readonly call: 'status' | 'details';
  readonly status: string;
  readonly decision?: Decision;
}

/** Everything that Jumio did. */
export interface JumioHistory {
  readonly creations: readonly Creation[];
  readonly changes: readonly ExecutionChange[];
  readonly reads: readonly ExecutionRead[];
}

/** A PATCH that Kratos applied. */
export interface Publication extends Served {
  readonly identityId: string;
  /** `metadata_admin.jumio.version`. */
  readonly version: number;
  readonly status: string;
  readonly verdict?: string | undefined;
  readonly executionId?: string | undefined;
  /** A digest of the body: equal for the same bytes. */
  readonly digest: string;
}

/** A revocation of sessions that Kratos applied. */
export interface Revocation extends Served {
  readonly identityId: string;
  readonly ended: number;
}

/** A read of an identity that Kratos answered. */
export interface IdentityRead extends Served {
  readonly identityId: string;
}

/** Everything that Kratos did. */
export interface KratosHistory {
  readonly publications: readonly Publication[];
  readonly revocations: readonly Revocation[];
  readonly reads: readonly IdentityRead[];
  /** The sessions of each identity at the end. */
  readonly sessions: ReadonlyMap<string, number>;
}

/** A sign-up whose hook was answered 2xx. */
export interface SignUp {
  readonly seq: number;
  readonly identityId: string;
}

/** Kinds of callbacks: the first five name the truth, the others are forged. */
export type CallbackKind =
  | 'genuine'
  | 'signed'
  | 'duplicate'
  | 'late'
  | 'early'
  | 'claimed'
  | 'foreign-execution'
  | 'bad-signature'
  | 'bad-mac'
  | 'unknown-reference'
  | 'garbage'
  | 'control-character'
  | 'oversize';

/** A callback that the driver sent once. */
export interface SentCallback {
  /** When it was sent. */
  readonly seq: number;
  readonly kind: CallbackKind;
  readonly identityId: string;
  readonly executionId: string;
  /** Undefined: no answer came. */
  readonly status: number | undefined;
}

/** A sign-in that asked the gate. */
export interface GateCall {
  readonly identityId: string;
  readonly from: number;
  readonly to: number;
  /** The version of the published copy in the request; 0: it had none. */
  readonly copyVersion: number;
  readonly status: number | undefined;
}

/** A person's request for another attempt. `granted`: a link was given, or is being made. */
export interface Restart {
  readonly from: number;
  readonly to: number;
  readonly identityId: string;
  readonly outcome: 'granted' | 'refused' | 'unanswered';
}

/** A SIGKILL. */
export interface Kill {
  readonly seq: number;
  readonly wall: number;
  readonly caller: string;
  readonly point: string;
}

/** Everything that the driver did and saw. */
export interface DriverLog {
  readonly signUps: readonly SignUp[];
  readonly callbacks: readonly SentCallback[];
  readonly gates: readonly GateCall[];
  readonly restarts: readonly Restart[];
  readonly kills: readonly Kill[];
}

/** A row of `identities`, as far as it is checked. */
export interface LedgerIdentity {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly published: number;
  readonly isDue: boolean;
}

/** A row of `verifications`, as far as it is checked. */
export interface LedgerVerification {
  readonly id: string;
  readonly identityId: string;
  readonly attempt: number;
  readonly state: string;
  readonly requestedAt: number;
  readonly executionId: string | null;
  readonly decision: string | null;
}

/** A row of `events` of a decision; `verdict` is its new one. */
export interface DecidedEvent {
  readonly verificationId: string;
  readonly verdict: string;
}

/** A row of `events` of a publication that Kratos confirmed. */
export interface PublishedEvent {
  readonly identityId: string;
  readonly version: number;
}

/** The ledger at the end. */
export interface LedgerHistory {
  readonly identities: readonly LedgerIdentity[];
  readonly verifications: readonly LedgerVerification[];
  /** In the order of the ledger. */
  readonly decided: readonly DecidedEvent[];
  readonly published: readonly PublishedEvent[];
  /** The identities of the events `copy_differs`: a version is written again. */
  readonly copiesThatDiffered: readonly string[];
  /** Executions and verifications of the events `orphan` and `orphan_possible`: the service knows that it lost an answer. */
  readonly knownOrphans: readonly string[];
  readonly events: number;
}

/** All histories of a run. */
export interface RunHistory {
  readonly seed: number;
  readonly jumio: JumioHistory;
  readonly kratos: KratosHistory;
  readonly driver: DriverLog;
  readonly ledger: LedgerHistory;
}
