import { toStarted } from '../../../webhook/jumio/create.ts';
import { type JumioResult, toResult } from '../../../webhook/jumio/result.ts';
import type { Started } from '../../../webhook/jumio/types.ts';
import { detailsWire, startedWire, statusWire } from '../../../webhook/jumio/wire.ts';
import type { Verification } from '../../../webhook/model.ts';
import { mintReference } from '../../../webhook/verification/execution/reference.ts';

/** The ledger’s key in tests without a ledger. */
export const REFERENCE_KEY = Buffer.alloc(32, 7);

/** The given fields of a details answer; the others follow from the verification. */
export interface GivenDetails {
  readonly status: string;
  readonly decision?: object | null;
  readonly capabilities?: object;
  /** Epoch milliseconds; null: the field is missing. */
  readonly completedAt?: number | null;
  readonly workflow?: object;
  readonly account?: object;
}

/** The decision of an answer, with the scores of docs/reference/jumio.md#74-decision. */
export function decision(type: string, score: number, label = type): object {
  return { type, details: { label }, risk: { score } };
}

/** Findings of one capability, as far as the mapping reads them (docs/reference/jumio.md#73-details-response). */
export function findings(capability: string, type: string, label: string): object {
  return { [capability]: [{ id: 'c', credentials: [], decision: { type, details: { label } } }] };
}

function detailsJson(row: Verification, given: GivenDetails): string {
  const { status, decision: decided = null, capabilities = {}, completedAt = null } = given;
  return JSON.stringify({
    workflow: {
      id: row.executionId,
      status,
      definitionKey: row.definitionKey,
      userReference: mintReference(REFERENCE_KEY, row.id),
      customerInternalReference: row.identityId,
      ...given.workflow,
    },
    account: { id: row.accountId, ...given.account },
    createdAt: '2026-01-05T09:30:01.221Z',
    completedAt: completedAt === null ? undefined : new Date(completedAt).toISOString(),
    decision: decided ?? undefined,
    steps: { href: 'https://retrieval.emea-1.jumio.ai/steps' },
    capabilities,
  });
}

/** A details answer for this verification: JSON as on the wire, through the service’s own schema and mapping. */
export function detailsOf(row: Verification, given: GivenDetails): JumioResult {
  return toResult(detailsWire.parse(JSON.parse(detailsJson(row, given))));
}

/** The status in a status answer (docs/reference/jumio.md#72-status-response). */
export function statusOf(word: string): string {
  const json = JSON.stringify({ account: { id: 'a' }, workflowExecution: { id: 'e', status: word } });
  return statusWire.parse(JSON.parse(json)).workflowExecution.status;
}

/** The answer to a create call (docs/reference/jumio.md#36-response-body); `withLink` false: the tenant has no domain prefix. */
export function startedAs(accountId: string, executionId: string, withLink = true): Started {
  const web = withLink ? { href: `https://acme.web.emea-1.jumio.ai/web/client?token=link-${executionId}` } : undefined;
  const credentials = [{ id: 'd1', category: 'ID', api: { token: `transaction-${executionId}` } }];
  const sdk = { token: `sdk-${executionId}` };
  const json = JSON.stringify({
    account: { id: accountId },
    web,
    sdk,
    workflowExecution: { id: executionId, credentials },
  });
  return toStarted(startedWire.parse(JSON.parse(json)), 'https://account.emea-1.jumio.ai/api/v1');
}
