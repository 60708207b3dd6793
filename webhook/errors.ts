/** The systems this service calls; `eid`: any of the eID providers. */
export type Upstream = 'jumio' | 'kratos' | 'eid';

/**
 * How a call failed, in the words the worker decides by.
 * `unreachable`: no connection was made, so nothing can have happened there.
 * `timeout`, `interrupted`: the request was sent and no whole answer came; it may have taken effect.
 * `status`: an answer with a status other than 2xx. `unusable`: a 2xx that is not what the contract promises.
 */
export type Failure = 'unreachable' | 'timeout' | 'interrupted' | 'status' | 'unusable';

/**
 * What a refusal means, where the upstream says it in words that its status does not carry (docs/reference/kratos.md#7-admin-identity-api).
 * `identity-not-found`: Kratos' own 404, as opposed to `no-such-path`: the 404 of a wrong address or of a proxy.
 * `serialization`: a 400 by which two concurrent writes collided; to be repeated.
 */
export type RefusalCode = 'identity-not-found' | 'no-such-path' | 'serialization';

export interface UpstreamFacts {
  readonly upstream: Upstream;
  /**
   * Which call, in our words: `create`, `status`, `details`, `delete`, `token`, `prepare`, `patch`, `revoke`, `read`, `find`, `list`,
   * `whoami`, `discovery`, `keys`.
   * `token` from a Jumio method says that the method's own call had no effect: it was not sent, or was answered 401.
   */
  readonly operation: string;
  readonly failure: Failure;
  readonly status?: number;
  readonly code?: RefusalCode;
  /** Milliseconds that the upstream asked us to wait (`Retry-After`, `x-ratelimit-reset`). */
  readonly retryAfter?: number;
  /** Our own words about what was expected and what was seen; never a byte of an upstream's body. */
  readonly detail?: string;
}

/**
 * The only error that leaves a client. It carries facts, never a request, an answer, a token or a cause:
 * an AxiosError in a log line leaks the bearer token, and thrown through Fastify turns an upstream 401 into ours.
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

/** Why an ID token is no evidence; a closed list, for events and the operator. */
export type EidFlaw =
  | 'unreadable'
  | 'encrypted'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'stale'
  | 'subject';

/** An ID token that is not what it would have to be. Carries no byte of it. */
export class EidRefused extends Error {
  override readonly name = 'EidRefused';
  readonly flaw: EidFlaw;

  constructor(flaw: EidFlaw) {
    super(`the ID token is no evidence: ${flaw}`);
    this.flaw = flaw;
  }
}

/** The ledger could not be written or read (locked, full, gone): nothing of the call was kept. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
