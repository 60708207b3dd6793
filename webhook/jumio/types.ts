import type { Answer, Observe } from '../upstream/http.ts';
import type { JumioResult } from './result.ts';

/** What one start needs. `accountId` given: a further execution on that account (PUT), else a new account (POST). */
export interface Start {
  readonly identityId: string;
  readonly reference: string;
  readonly accountId?: string;
  /** The language of the person's pages, a tag; told to Jumio where Jumio knows it. */
  readonly locale?: string | undefined;
}

/** What Jumio's answer to a start gives us. `link` is missing where the tenant has no domain prefix (docs/reference/jumio.md#1-regions-and-base-urls). */
export interface Started {
  readonly accountId: string;
  readonly executionId: string;
  readonly link?: string;
  readonly sdkToken?: string;
  readonly transactionToken?: string;
  /** Where Jumio takes prepared data of this execution. */
  readonly prefillUrl?: string;
  /** It named an address that is not one of the configured region's: never called. */
  readonly foreignPreparedUrl?: true;
}

export interface ExecutionIds {
  readonly accountId: string;
  readonly executionId: string;
}

/** Every method rejects with `UpstreamError` only. */
export interface JumioClient {
  create(start: Start): Promise<Started>;
  /** Jumio's word for the execution's state, as sent; unknown words included. */
  status(ids: ExecutionIds): Promise<string>;
  /** Tells Jumio what the operator knows of the person already, with the execution's own token (docs/reference/jumio.md#42-prepared-data). */
  prepare(url: string, transactionToken: string, data: object): Promise<void>;
  details(ids: ExecutionIds): Promise<JumioResult>;
  /** Deletes an account with all its executions (docs/reference/jumio.md#8-deletion-and-health). */
  deleteAccount(accountId: string): Promise<void>;
}

export interface JumioRequest {
  readonly operation: 'token' | 'create' | 'status' | 'details' | 'delete' | 'prepare';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Gives the answer whatever its status; rejects with `UpstreamError` where none came before the signal. */
export type Send = (request: JumioRequest, signal: AbortSignal) => Promise<Answer>;

export interface JumioClientOptions {
  /** The token endpoint as a whole, e.g. `https://auth.emea-1.jumio.ai/oauth2/token`. */
  readonly authUrl: string;
  /** As `baseUrls` gives them. */
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
