import type { Execution } from '../state.ts';

/**
 * Where the person is redirected after capture: the success or error URL with its own query and the parameters of
 * docs/reference/jumio.md#5-web-client-redirect. Undefined without such a URL: Jumio then shows its own page.
 */
export function redirectOf(execution: Execution): string | undefined {
  const { errorCode } = execution;
  const target = errorCode === undefined ? execution.successUrl : execution.errorUrl;
  if (target === undefined) return undefined;
  const url = new URL(target);
  url.searchParams.append('accountId', execution.accountId);
  url.searchParams.append('workflowExecutionId', execution.id);
  url.searchParams.append('acquisitionStatus', errorCode === undefined ? 'SUCCESS' : 'ERROR');
  url.searchParams.append('customerInternalReference', execution.customerInternalReference);
  if (errorCode !== undefined) url.searchParams.append('errorCode', errorCode);
  return url.href;
}
