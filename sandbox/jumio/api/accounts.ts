import { randomUUID } from 'node:crypto';

import { addExecution } from '../execution/execution.ts';
import { AUTHENTICATION, workflowOf } from '../execution/workflows.ts';
import { hostedLink } from '../links.ts';
import { parseLifetime } from '../settings.ts';
import type { Execution, Sandbox } from '../state.ts';
import { accountAnswer } from './account-answer.ts';
import { type AccountRequest, readAccountRequest } from './account-request.ts';
import { type Answer, type ApiCall, parseJson, problem } from './call.ts';
import { transactionJwt } from './token.ts';

/** `POST /api/v1/accounts`: a new account and its first execution. A repeated request makes another account. */
export function createAccount(sandbox: Sandbox, call: ApiCall): Answer {
  const request = readRequest(sandbox, call);
  if ('status' in request) return request;
  if (request.workflowDefinition.key === AUTHENTICATION) return problem(400, 'workflowDefinition.key: PUT only');
  return initiate(sandbox, call, request, randomUUID());
}

/** `PUT /api/v1/accounts/{accountId}`: a further execution of an existing account. */
export function updateAccount(sandbox: Sandbox, call: ApiCall): Answer {
  const { accountId = '' } = call.params;
  if (!sandbox.accounts.has(accountId)) return problem(404);
  const request = readRequest(sandbox, call);
  if ('status' in request) return request;
  const faceMissing = request.workflowDefinition.key === AUTHENTICATION && !hasFace(sandbox, accountId);
  if (faceMissing && sandbox.settings.authenticationWithoutFace === 'refuse') {
    return problem(400, 'this account has no reference face');
  }
  return initiate(sandbox, call, request, accountId, !faceMissing);
}

/** `DELETE /api/v1/accounts/{accountId}`: the account and all its executions (docs/reference/jumio.md#8-deletion-and-health). A second time is 404. */
export function deleteAccount({ accounts, executions }: Sandbox, { params }: ApiCall): Answer {
  const { accountId = '' } = params;
  if (!accounts.delete(accountId)) return problem(404);
  for (const execution of executions.values()) if (execution.accountId === accountId) executions.delete(execution.id);
  return { status: 200, body: '' };
}

function readRequest({ settings }: Sandbox, { contentType, text }: ApiCall): AccountRequest | Answer {
  if (!contentType.startsWith('application/json')) return problem(415);
  const request = readAccountRequest(parseJson(text), settings);
  return typeof request === 'string' ? problem(400, request) : request;
}

function hasFace({ executions }: Sandbox, accountId: string): boolean {
  return [...executions.values()].some((e) => e.accountId === accountId && e.findings?.decision.type === 'PASSED');
}

function initiate(
  sandbox: Sandbox,
  call: ApiCall,
  request: AccountRequest,
  accountId: string,
  hasReferenceFace = true,
): Answer {
  const execution = newExecution(sandbox, request, accountId, {
    hasReferenceFace,
    linked: call.fault !== 'no-href' && sandbox.settings.domainPrefix,
  });
  sandbox.accounts.add(accountId);
  addExecution(sandbox, execution);
  call.record.accountId = accountId;
  call.record.executionId = execution.id;
  return { status: 200, body: accountAnswer(sandbox, execution) };
}

interface ExecutionOptions {
  readonly hasReferenceFace: boolean;
  /** False where the tenant has no domain prefix: then there is no hosted link (docs/reference/jumio.md#1-regions-and-base-urls). */
  readonly linked: boolean;
}

/** The execution that a request asks for; defaults come from the tenant's settings. */
function newExecution(
  sandbox: Sandbox,
  request: AccountRequest,
  accountId: string,
  { hasReferenceFace, linked }: ExecutionOptions,
): Execution {
  const id = randomUUID();
  const { settings, clock } = sandbox;
  const { key } = request.workflowDefinition;
  const workflow = workflowOf(key, settings.customWorkflowKeys);
  const createdAt = clock.now();
  const lifetime = parseLifetime(request.tokenLifetime ?? settings.linkLifetime) ?? 0;
  const linkToken =
    linked && workflow?.hosted ? transactionJwt({ jti: randomUUID(), sub: id }, sandbox.signingKey) : undefined;
  return {
    id,
    accountId,
    definitionKey: key,
    customerInternalReference: request.customerInternalReference,
    userReference: request.userReference,
    callbackUrl: request.callbackUrl,
    successUrl: request.web?.successUrl ?? settings.successUrl ?? undefined,
    errorUrl: request.web?.errorUrl ?? settings.errorUrl ?? undefined,
    credentials: (workflow?.credentials ?? []).map((category) => ({ id: randomUUID(), category })),
    linkToken,
    link: linkToken && hostedLink(sandbox, linkToken, request.web?.locale ?? 'en'),
    createdAt,
    linkEndsAt: createdAt + lifetime,
    hasReferenceFace,
    ...UNTOUCHED,
  };
}

const UNTOUCHED = {
  prepared: [],
  status: 'INITIATED',
  shownStatus: undefined,
  startedAt: undefined,
  lastActivityAt: undefined,
  acquiredAt: undefined,
  completedAt: undefined,
  readableAt: 0,
  outcome: undefined,
  errorCode: undefined,
  processingSeconds: undefined,
  findings: undefined,
} as const;
