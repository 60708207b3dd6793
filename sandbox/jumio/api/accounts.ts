import { randomUUID } from 'node:crypto';
import { begin } from '../execution/journey.ts';
import { AUTHENTICATION } from '../execution/workflows.ts';
import type { Sandbox } from '../sandbox.ts';
import { accountAnswer } from './account-answer.ts';
import { type AccountRequest, readAccountRequest } from './account-request.ts';
import type { ApiCall } from './call.ts';
import { parseJson } from './identify.ts';
import { newExecution } from './new-execution.ts';
import { type Answer, problem } from './problem.ts';

/** `POST /api/v1/accounts`: a new account and its first execution. Repeating it makes another one. */
export function createAccount(sandbox: Sandbox, call: ApiCall): Answer {
  const request = readRequest(sandbox, call);
  if ('status' in request) return request;
  if (request.workflowDefinition.key === AUTHENTICATION) return problem(400, 'workflowDefinition.key: PUT only');
  return initiate(sandbox, call, request, randomUUID());
}

/** `PUT /api/v1/accounts/{accountId}`: a further execution of a known account; it changes nothing of the account. */
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

/** `DELETE /api/v1/accounts/{accountId}`: the account and all its executions (jumio.md §8). A second time is 404. */
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
  begin(sandbox, execution);
  call.record.accountId = accountId;
  call.record.executionId = execution.id;
  return { status: 200, body: accountAnswer(sandbox, execution) };
}
