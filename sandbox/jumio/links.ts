import type { Execution } from './state.ts';

interface Place {
  readonly publicUrl: string;
}

/** Address of an account on the retrieval host. */
export function accountHref({ publicUrl }: Place, accountId: string): string {
  return `${publicUrl}/api/v1/accounts/${accountId}`;
}

/** The short form, as it was seen in real callbacks (docs/reference/jumio.md#62-payload-all-documented-fields). */
export function executionHref({ publicUrl }: Place, executionId: string): string {
  return `${publicUrl}/api/v1/workflow-executions/${executionId}`;
}

/** The long form, as the documents print it. */
export function fullExecutionHref(place: Place, { id, accountId }: Pick<Execution, 'id' | 'accountId'>): string {
  return `${accountHref(place, accountId)}/workflow-executions/${id}`;
}

/** Where a credential's part is uploaded and read. */
export function partHref(place: Place, execution: Pick<Execution, 'accountId'>, credentialId: string, part: string) {
  return `${accountHref(place, execution.accountId)}/credentials/${credentialId}/parts/${part}`;
}

/** The hosted page. To be treated as opaque and as a secret. */
export function hostedLink({ publicUrl }: Place, token: string, locale: string): string {
  const query = new URLSearchParams({
    baseUrl: `${publicUrl}/websdk/v4/api`,
    authorizationToken: token,
    locale,
  });
  return `${publicUrl}/web/client?${query.toString()}`;
}
