import type { Execution } from './state.ts';

interface Host {
  readonly publicUrl: string;
}

/** URL of an account on the retrieval host. */
export function accountHref({ publicUrl }: Host, accountId: string): string {
  return `${publicUrl}/api/v1/accounts/${accountId}`;
}

/** URL of an execution, in the short form of real callbacks (docs/reference/jumio.md#62-payload-all-documented-fields). */
export function executionHref({ publicUrl }: Host, executionId: string): string {
  return `${publicUrl}/api/v1/workflow-executions/${executionId}`;
}

/** URL of an execution, in the long form of Jumio's documentation. */
export function fullExecutionHref(host: Host, { id, accountId }: Pick<Execution, 'id' | 'accountId'>): string {
  return `${accountHref(host, accountId)}/workflow-executions/${id}`;
}

/** URL at which a part of a credential is uploaded and read. */
export function partHref(host: Host, execution: Pick<Execution, 'accountId'>, credentialId: string, part: string) {
  return `${accountHref(host, execution.accountId)}/credentials/${credentialId}/parts/${part}`;
}

/** URL of the hosted page. A secret; callers must treat it as opaque. */
export function hostedLink({ publicUrl }: Host, token: string, locale: string): string {
  const query = new URLSearchParams({
    baseUrl: `${publicUrl}/websdk/v4/api`,
    authorizationToken: token,
    locale,
  });
  return `${publicUrl}/web/client?${query.toString()}`;
}
