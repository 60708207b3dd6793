/**
 * The systems this service calls; `eid`: any of the eID providers; `hint`: any application that signs hints of payments;
 * `receiver`: any that takes signed events; `proxy`: the identity-aware proxy in front of the console.
 */
export type Upstream = 'jumio' | 'kratos' | 'eid' | 'twilio' | 'hint' | 'receiver' | 'proxy';

/**
 * How a call failed; the worker decides by it.
 * `unreachable`: no connection was made, so the call had no effect.
 * `timeout`, `interrupted`: the request was sent and no complete answer arrived; it may have taken effect.
 * `status`: an answer with a status other than 2xx. `unusable`: a 2xx whose body is not as documented.
 */
export type Failure = 'unreachable' | 'timeout' | 'interrupted' | 'status' | 'unusable';

/**
 * The meaning of a refusal beyond its status, by the upstream's message (docs/reference/kratos.md#7-admin-identity-api).
 * `identity-not-found`: Kratos' own 404; `no-such-path`: the 404 of a wrong URL or of a proxy.
 * `serialization`: a 400 after two concurrent writes collided, to be retried.
 */
export type RefusalCode = 'identity-not-found' | 'no-such-path' | 'serialization';

/** The longest pause, in milliseconds. A longer one that an upstream asks for is shortened to it. */
export const LONGEST_PAUSE_MS = 15 * 60_000;

/** The facts of a failed call. */
export interface UpstreamFacts {
  readonly upstream: Upstream;
  /**
   * Which call: `create`, `status`, `details`, `delete`, `token`, `prepare`, `image`, `patch`, `revoke`, `read`, `find`, `list`,
   * `whoami`, `discovery`, `keys`; of Twilio `start`, `check`, `cancel`, `service`; of a receiver `deliver`.
   * If a Jumio method fails with `token`, its own call had no effect: either it was not sent, or Jumio answered 401.
   */
  readonly operation: string;
  readonly failure: Failure;
  readonly status?: number;
  readonly code?: RefusalCode;
  /** Milliseconds that the upstream asked us to wait (`Retry-After`, `x-ratelimit-reset`), at most `LONGEST_PAUSE_MS`. */
  readonly retryAfter?: number;
  /** A text of ours about the difference from what was expected; never a byte of an upstream's body. */
  readonly detail?: string;
}

/**
 * The only error that leaves a client. It carries facts, never a request, an answer, a token or a cause. An AxiosError
 * in a log line would leak the bearer token, and Fastify would answer with its 401.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly facts: UpstreamFacts;

  constructor(facts: UpstreamFacts) {
    super(
      [`${facts.upstream} ${facts.operation}: ${facts.failure}`, facts.status, facts.detail]
        .filter((part) => part !== undefined)
        .join(' '),
    );
    this.facts = facts;
  }
}

/** Why an ID token proves nothing; a closed list, for events and the operator. */
export type EidFlaw =
  | 'unreadable'
  | 'encrypted'
  | 'algorithm'
  | 'unknown-key'
  | 'weak-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'stale'
  | 'subject';

/** An ID token that proves nothing. Carries no byte of it. */
export class EidRefused extends Error {
  override readonly name = 'EidRefused';
  readonly flaw: EidFlaw;

  constructor(flaw: EidFlaw) {
    super(`ID token refused: ${flaw}`);
    this.flaw = flaw;
  }
}

/** The ledger was changed by a newer version of the program, whose migrations this one does not know. */
export class LedgerTooNew extends Error {
  override readonly name = 'LedgerTooNew';

  /** @param unknown the names of these migrations */
  constructor(unknown: readonly string[]) {
    super(
      `the ledger was changed by a newer version of this program: it has ${unknown.join(', ')}, which this version does not know. ` +
        'To go on, start that version, or this one with the backup that was made before it (docs/operations.md#a-new-version)',
    );
  }
}

/** Another process serves from this SQLite ledger. */
export class LedgerInUse extends Error {
  override readonly name = 'LedgerInUse';

  /** @param path that of the ledger */
  constructor(path: string, options: ErrorOptions) {
    super(
      `another process of this service uses the ledger ${path}: SQLite serves one. Stop that process first, or give this ` +
        'one a DATABASE_URL of its own; several replicas need PostgreSQL (docs/operations.md#what-happens-when)',
      options,
    );
  }
}

/** The ledger holds something that the program never writes: the database was damaged, or edited by hand. */
export class LedgerDamaged extends Error {
  override readonly name = 'LedgerDamaged';

  /** @param problem what was expected and what was seen, without a secret */
  constructor(problem: string) {
    super(
      `the ledger is damaged, or was edited by hand: ${problem}. ` +
        'To go on, restore a backup (docs/operations.md#backup-file)',
    );
  }
}

/** The ledger could not be written or read (locked, full, missing): the call stored nothing. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
