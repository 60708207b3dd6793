import type { Observe, UpstreamAnswer } from '../upstream/http.ts';
import type { EvidenceImage, EvidencePart, JumioEvidence } from './evidence.ts';
import type { JumioResult } from './result.ts';

/** The input of a create call. `accountId` given: a further execution on that account (PUT), else a new account (POST). */
export interface Start {
  readonly identityId: string;
  readonly reference: string;
  readonly accountId?: string;
  /** The language that the person prefers, a tag; sent if Jumio supports it. */
  readonly locale?: string | undefined;
  /** Given: not a verification, but a comparison of the face with that of the account. */
  readonly comparison?: Comparison;
}

/** What a comparison of a face has of its own. */
export interface Comparison {
  readonly workflowKey: string;
  /** As `tokenLifetime`, e.g. `5m`. */
  readonly linkLifetime: string;
  /** Where the person goes back to, whatever came of it. */
  readonly returnUrl: string;
}

/** The answer to a create call. `link` is missing if the tenant has no domain prefix (docs/reference/jumio.md#1-regions-and-base-urls). */
export interface Started {
  readonly accountId: string;
  readonly executionId: string;
  readonly link?: string;
  readonly sdkToken?: string;
  readonly transactionToken?: string;
  /** The URL that takes prepared data of this execution. */
  readonly prefillUrl?: string;
  /** The answer named a URL outside the configured region, which is never called. */
  readonly foreignPreparedUrl?: true;
}

/** The ids of one execution at Jumio. */
export interface ExecutionIds {
  readonly accountId: string;
  readonly executionId: string;
}

/** The client of one Jumio tenant. Every method rejects with `UpstreamError` only. */
export interface JumioClient {
  /** Creates an execution. Jumio has no idempotency key: a repeat may create another. */
  create(start: Start): Promise<Started>;
  /** Returns the execution's status as Jumio sends it, undocumented ones included. */
  status(ids: ExecutionIds): Promise<string>;
  /** Sends prepared data about the person, with the execution's own token (docs/reference/jumio.md#42-prepared-data). */
  prepare(url: string, transactionToken: string, data: object): Promise<void>;
  /** Returns the result of an execution, minimised. */
  details(ids: ExecutionIds): Promise<JumioResult>;
  /** Returns what Jumio read from the document of an execution, and which pictures it has: personal data, for one page. */
  evidence(ids: ExecutionIds): Promise<JumioEvidence>;
  /** Returns a picture of a credential: personal data, for one page. */
  image(accountId: string, part: EvidencePart): Promise<EvidenceImage>;
  /** Deletes an account with all its executions (docs/reference/jumio.md#8-deletion-and-health). */
  deleteAccount(accountId: string): Promise<void>;
  /** Fetches a token, also where there is a valid one: shows whether Jumio answers, and costs nothing. */
  probe(): Promise<void>;
}

/** One HTTP request to Jumio. */
export interface JumioRequest {
  readonly operation: 'token' | 'create' | 'status' | 'details' | 'delete' | 'prepare' | 'image';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request and returns the answer, whatever its status; rejects with `UpstreamError` if none arrives before the signal. */
export type Send = (request: JumioRequest, signal: AbortSignal) => Promise<UpstreamAnswer>;

/** Options of `createJumioClient`. */
export interface JumioClientOptions {
  /** The token endpoint as a whole, e.g. `https://auth.emea-1.jumio.ai/oauth2/token`. */
  readonly authUrl: string;
  /** See `baseUrls`. */
  readonly accountBaseUrl: string;
  readonly retrievalBaseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly workflowKey: string;
  /** Sent as `tokenLifetime`, e.g. `1d`. */
  readonly linkLifetime: string;
  readonly callbackUrl?: string;
  readonly successUrl?: string;
  readonly errorUrl?: string;
  /** Names the business; without one Jumio may answer 403 (docs/reference/jumio.md#2-oauth2-token). */
  readonly userAgent: string;
  /** Milliseconds for one method as a whole, its token and its repeat after a 401 included. */
  readonly deadline?: number;
  readonly now: () => number;
  /** Receives every call. */
  readonly observe?: Observe;
}
