import { timestamp } from '../clock.ts';
import type { Execution } from '../execution/execution.ts';
import { redirectOf } from '../web/redirect.ts';

/** An execution as the control channel shows it: what Jumio's tenant would know, the link included. */
export function executionView(execution: Execution): Record<string, unknown> {
  const { startedAt, completedAt, outcome, acquiredAt, errorCode } = execution;
  const left = acquiredAt !== undefined || errorCode !== undefined;
  return {
    id: execution.id,
    accountId: execution.accountId,
    customerInternalReference: execution.customerInternalReference,
    userReference: execution.userReference ?? null,
    definitionKey: execution.definitionKey,
    status: execution.shownStatus ?? execution.status,
    link: execution.link ?? null,
    linkEndsAt: timestamp(execution.linkEndsAt),
    callbackUrl: execution.callbackUrl ?? null,
    createdAt: timestamp(execution.createdAt),
    startedAt: startedAt === undefined ? null : timestamp(startedAt),
    completedAt: completedAt === undefined ? null : timestamp(completedAt),
    outcome: outcome ?? null,
    prepared: execution.prepared,
    redirect: left ? (redirectOf(execution) ?? null) : null,
  };
}
