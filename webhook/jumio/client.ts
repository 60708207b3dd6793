import type { z } from 'zod';
import { accept, isSuccess, refusal } from '../upstream.ts';
import { createAuthorisedSend } from './authorised.ts';
import { createSend, type JumioRequest } from './http.ts';
import { prepareRequest } from './prepared.ts';
import { type JumioResult, toResult } from './result.ts';
import { createRequest, toStarted } from './start.ts';
import { createTokenSource } from './token.ts';
import { detailsWire, startedWire, statusWire } from './wire.ts';

/** What one start needs. `accountId` given: a further execution on that account (PUT), else a new account (POST). */
export interface Start {
  readonly identityId: string;
  readonly reference: string;
  readonly accountId?: string;
  /** The language of the person's pages, a tag; told to Jumio where Jumio knows it. */
  readonly locale?: string | undefined;
}

/** What Jumio's answer to a start gives us. `link` is missing where the tenant has no domain prefix (jumio.md §1). */
export interface Started {
  readonly accountId: string;
  readonly executionId: string;
  readonly link?: string;
  readonly sdkToken?: string;
  readonly transactionToken?: string;
  /** Where Jumio takes prepared data of this execution. */
  readonly preparedUrl?: string;
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
  /** Tells Jumio what the operator knows of the person already, with the execution's own token (jumio.md §4.2). */
  prepare(url: string, transactionToken: string, data: object): Promise<void>;
  details(ids: ExecutionIds): Promise<JumioResult>;
  /** Deletes an account with all its executions (jumio.md §8). */
  deleteAccount(accountId: string): Promise<void>;
}

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
  /** Names the business; without one Jumio may answer 403 (jumio.md §2). */
  readonly userAgent: string;
  /** Milliseconds for one method as a whole, its token and its repeat after a 401 included. */
  readonly deadline?: number;
  readonly now: () => number;
}

const DEADLINE = 10_000;

/** The client of one Jumio tenant (jumio.md §2, §3, §7). Opens no connection before its first call. */
export function createJumioClient(options: JumioClientOptions): JumioClient {
  const { deadline = DEADLINE } = options;
  const send = createSend(options.userAgent);
  // Half, so that a slow token leaves a create the time to be answered: a create cut short may have taken effect.
  const tokens = createTokenSource(send, { ...options, deadline: Math.ceil(deadline / 2) });
  const authorised = createAuthorisedSend(send, tokens);

  async function ask<T>(request: JumioRequest, schema: z.ZodType<T>): Promise<T> {
    const answer = await authorised(request, AbortSignal.timeout(deadline));
    return accept({ upstream: 'jumio', operation: request.operation }, answer, schema);
  }

  return {
    create: async (start) => toStarted(await ask(createRequest(start, options), startedWire), options.accountBaseUrl),
    status: async (ids) => {
      const url = `${executionUrl(ids, options)}/status`;
      return (await ask({ operation: 'status', method: 'GET', url }, statusWire)).workflowExecution.status;
    },
    prepare: async (url, transactionToken, data) => {
      const answer = await send(prepareRequest(url, transactionToken, data), AbortSignal.timeout(deadline));
      if (!isSuccess(answer.status)) throw refusal({ upstream: 'jumio', operation: 'prepare' }, answer);
    },
    details: async (ids) => {
      const url = executionUrl(ids, options);
      return toResult(await ask({ operation: 'details', method: 'GET', url }, detailsWire));
    },
    deleteAccount: async (accountId) => {
      const request = { operation: 'delete', method: 'DELETE', url: accountUrl(accountId, options) } as const;
      const answer = await authorised(request, AbortSignal.timeout(deadline));
      if (!isSuccess(answer.status)) throw refusal({ upstream: 'jumio', operation: 'delete' }, answer);
    },
  };
}

function accountUrl(accountId: string, options: JumioClientOptions): string {
  return `${options.retrievalBaseUrl}/accounts/${encodeURIComponent(accountId)}`;
}

function executionUrl(ids: ExecutionIds, options: JumioClientOptions): string {
  const account = accountUrl(ids.accountId, options);
  return `${account}/workflow-executions/${encodeURIComponent(ids.executionId)}`;
}
