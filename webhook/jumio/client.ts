import axios from 'axios';
import type { z } from 'zod';
import {
  accept,
  axiosSettings,
  CALL_DEADLINE_MS,
  type Call,
  exchange,
  isSuccess,
  observed,
  refusal,
  type UpstreamAnswer,
} from '../upstream/http.ts';
import { createRequest, prepareRequest, toStarted } from './create.ts';
import { evidenceWire, toEvidence, toImage } from './evidence.ts';
import { toResult } from './result.ts';
import { createTokenSource, type Token, type TokenSource } from './token.ts';
import type { ExecutionIds, JumioClient, JumioClientOptions, JumioRequest, Send } from './types.ts';
import { detailsWire, startedWire, statusWire } from './wire.ts';

/** Sends with the bearer token. After a 401 it sends once more, with a new token; the second answer counts. */
function createAuthorizedSend(send: Send, tokens: TokenSource): Send {
  return async (request, signal) => {
    const token = await tokens.current(signal);
    const answer = await send(withToken(request, token), signal);
    if (answer.status !== 401) return answer;
    return send(withToken(request, await tokens.replacing(token, signal)), signal);
  };
}

function withToken(request: JumioRequest, token: Token): JumioRequest {
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token.value}` } };
}

/**
 * Returns the client of one Jumio tenant (docs/reference/jumio.md#2-oauth2-token,
 * docs/reference/jumio.md#3-account-create-and-update, docs/reference/jumio.md#7-retrieval). Opens no connection before its
 * first call.
 */
export function createJumioClient(options: JumioClientOptions): JumioClient {
  const { deadline = CALL_DEADLINE_MS } = options;
  const send = createSend(options.userAgent);
  // Half, so that a slow token leaves a create time for its answer: a create that times out may have taken effect.
  const tokens = createTokenSource(send, { ...options, deadline: Math.ceil(deadline / 2) });
  const authorized = createAuthorizedSend(send, tokens);
  const images = createAuthorizedSend(createSend(options.userAgent, IMAGES), tokens);

  function run<T>(request: JumioRequest, via: Send, read: (call: Call, answer: UpstreamAnswer) => T): Promise<T> {
    const call = { upstream: 'jumio', operation: request.operation } as const;
    return observed(options.observe, call, async () => read(call, await via(request, AbortSignal.timeout(deadline))));
  }

  function ask<T>(request: JumioRequest, schema: z.ZodType<T>): Promise<T> {
    return run(request, authorized, (call, answer) => accept(call, answer, schema));
  }

  return {
    create: async (start) => toStarted(await ask(createRequest(start, options), startedWire), options.accountBaseUrl),
    status: async (ids) => {
      const url = `${executionUrl(ids, options)}/status`;
      return (await ask({ operation: 'status', method: 'GET', url }, statusWire)).workflowExecution.status;
    },
    // With the execution's own token in place of the tenant's.
    prepare: async (url, transactionToken, data) =>
      run(prepareRequest(url, transactionToken, data), send, requireSuccess),
    details: async (ids) => {
      const url = executionUrl(ids, options);
      return toResult(await ask({ operation: 'details', method: 'GET', url }, detailsWire));
    },
    evidence: async (ids) => {
      const url = executionUrl(ids, options);
      return toEvidence(await ask({ operation: 'details', method: 'GET', url }, evidenceWire));
    },
    image: async (accountId, { credentialId, classifier }) => {
      const place = `credentials/${encodeURIComponent(credentialId)}/parts/${encodeURIComponent(classifier)}`;
      const url = `${accountUrl(accountId, options)}/${place}`;
      const headers = { Accept: 'image/jpeg, image/png' };
      return run({ operation: 'image', method: 'GET', url, headers }, images, (call, answer) => {
        requireSuccess(call, answer);
        return toImage(call, answer);
      });
    },
    deleteAccount: async (accountId) => {
      const request = { operation: 'delete', method: 'DELETE', url: accountUrl(accountId, options) } as const;
      return run(request, authorized, requireSuccess);
    },
    // The token source reports the call.
    probe: async () => {
      await tokens.fresh(AbortSignal.timeout(deadline));
    },
  };
}

function requireSuccess(call: Call, answer: UpstreamAnswer): void {
  if (!isSuccess(answer.status)) throw refusal(call, answer);
}

function accountUrl(accountId: string, options: JumioClientOptions): string {
  return `${options.retrievalBaseUrl}/accounts/${encodeURIComponent(accountId)}`;
}

function executionUrl(ids: ExecutionIds, options: JumioClientOptions): string {
  const account = accountUrl(ids.accountId, options);
  return `${account}/workflow-executions/${encodeURIComponent(ids.executionId)}`;
}

/** Pictures of phones have some megabytes. As `latin1` each byte is one character, so nothing of a picture is lost. */
const IMAGES = { bytes: 10_000_000, encoding: 'latin1' } as const;

/** One axios instance with connections of its own, for all of Jumio's hosts. */
function createSend(userAgent: string, body?: typeof IMAGES): Send {
  const settings = axiosSettings(userAgent, body?.bytes);
  const instance = axios.create(body === undefined ? settings : { ...settings, responseEncoding: body.encoding });
  return ({ operation, method, url, headers, body }, deadline) =>
    exchange({ upstream: 'jumio', operation }, deadline, (signal) =>
      instance.request({ method, url, signal, headers: { ...headers }, ...(body !== undefined && { data: body }) }),
    );
}
