import { randomUUID } from 'node:crypto';
import type { Execution } from '../execution/execution.ts';
import { workflowOf } from '../execution/workflows.ts';
import { parseLifetime } from '../lifetime.ts';
import { hostedLink } from '../links.ts';
import type { Sandbox } from '../sandbox.ts';
import type { AccountRequest } from './account-request.ts';
import { transactionJwt } from './jwt.ts';

interface Circumstances {
  readonly hasReferenceFace: boolean;
  /** False where the tenant has no domain prefix: then there is no hosted link (jumio.md §1). */
  readonly linked: boolean;
}

/** The execution a request asks for; what it leaves open comes from the tenant's settings. */
export function newExecution(
  sandbox: Sandbox,
  request: AccountRequest,
  accountId: string,
  { hasReferenceFace, linked }: Circumstances,
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
  findings: undefined,
} as const;
