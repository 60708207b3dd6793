import { createHmac } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { z } from 'zod';
import type { Execution } from '../fakes/jumio.ts';
import { CANARIES } from '../logs/canaries.ts';
import type { TestService } from '../service/service.ts';

type Headers = Readonly<Record<string, string>>;

export const AUTHENTIC: Headers = { 'x-webhook-secret': CANARIES.webhookSecret };

const DECISION: Headers = { authorization: `Bearer ${CANARIES.decisionSecret}` };

const HANDOVER: Headers = { authorization: `Bearer ${CANARIES.handoverSecret}` };

function isText(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/** POSTs JSON; a text or bytes are sent unchanged, `undefined` sends no body. */
export function post(
  { app }: TestService,
  url: string,
  body: unknown,
  headers: Headers = {},
): Promise<LightMyRequestResponse> {
  const payload = body === undefined ? {} : { payload: isText(body) ? body : JSON.stringify(body) };
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, ...payload });
}

/** The hook of Kratos after a sign-up. */
export function initiate(service: TestService, body: unknown, headers: Headers = AUTHENTIC) {
  return post(service, '/jumio/initiate', body, headers);
}

/** The hook of Kratos at a sign-in. */
export function validate(service: TestService, body: unknown, headers: Headers = AUTHENTIC) {
  return post(service, '/jumio/validate', body, headers);
}

/** The request of an API for a decision about an identity. */
export function requestDecision(service: TestService, body: unknown, headers: Headers = DECISION) {
  return post(service, '/jumio/decision', body, headers);
}

/** The request of an application’s back end for a person whose session it has checked. */
export function handover(service: TestService, body: unknown, headers: Headers = HANDOVER) {
  return post(service, '/jumio/handover', body, headers);
}

const oneTimeLink = z.object({ url: z.url(), expires_at: z.iso.datetime() });

/** A one-time link of an identity: its path and query, for a browser of a test. */
export async function oneTimePath(service: TestService, identityId: string, returnTo?: string): Promise<string> {
  const answer = await handover(service, { kratos_identity_id: identityId, return_to: returnTo });
  const { pathname, search } = new URL(oneTimeLink.parse(answer.json()).url);
  return `${pathname}${search}`;
}

/** A complete callback of Jumio (docs/reference/jumio.md#62-payload-all-documented-fields), in the order of its documentation. */
export function callbackOf(execution: Execution, status = 'PROCESSED', userReference = execution.reference): string {
  const { executionId, accountId } = execution;
  const base = 'https://retrieval.emea-1.jumio.ai/api/v1';
  const href = `${base}/workflow-executions/${executionId}`;
  return JSON.stringify({
    callbackSentAt: '2026-01-05T09:41:12.886Z',
    userReference,
    workflowExecution: { id: executionId, href, definitionKey: '10011', status },
    account: { id: accountId, href: `${base}/accounts/${accountId}` },
  });
}

/** Sends a callback of Jumio. */
export function callback(service: TestService, body: unknown, headers: Headers = {}) {
  return post(service, '/jumio/callback', body, headers);
}

/** The signature of a callback: HMAC-SHA256 in hex. */
export function hmac(bytes: string | Buffer, secret: string = CANARIES.callbackSecret): string {
  return createHmac('sha256', secret).update(bytes).digest('hex');
}

/** The header with the signature of a callback. */
export function signed(bytes: string | Buffer, secret?: string): Headers {
  return { 'x-jumio-signature': hmac(bytes, secret) };
}
