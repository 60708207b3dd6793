import { jumioLocale } from './locale.ts';
import { isOfRegion } from './regions.ts';
import type { JumioClientOptions, JumioRequest, Start, Started } from './types.ts';
import type { StartedWire } from './wire.ts';

/** Returns the URL and token for prepared data. The credential is found by its category, not by its place (docs/reference/jumio.md#42-prepared-data). */
export function prefillOf({ workflowExecution }: StartedWire, accountBaseUrl: string): Partial<Started> {
  const data = workflowExecution.credentials?.find(({ category }) => category === 'DATA');
  const url = data?.api?.parts?.prepared_data;
  if (url === undefined) return {};
  if (!isOfRegion(url, accountBaseUrl)) return { foreignPreparedUrl: true };
  const token = data?.api?.token;
  return { prefillUrl: url, ...(token !== undefined && { transactionToken: token }) };
}

/** Returns the call that sends prepared data. The token is the execution's, not the tenant's. */
export function prepareRequest(url: string, transactionToken: string, data: object): JumioRequest {
  return {
    operation: 'prepare',
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${transactionToken}` },
    body: JSON.stringify(data),
  };
}

/**
 * Returns the call that creates an execution: a PUT for a person who has an account, because a POST would make a second,
 * unrelated account (docs/reference/jumio.md#3-account-create-and-update).
 */
export function createRequest(start: Start, options: JumioClientOptions): JumioRequest {
  const accounts = `${options.accountBaseUrl}/accounts`;
  return {
    operation: 'create',
    ...(start.accountId === undefined
      ? { method: 'POST', url: accounts }
      : { method: 'PUT', url: `${accounts}/${encodeURIComponent(start.accountId)}` }),
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(createBody(start, options)),
  };
}

/** The fields of docs/reference/jumio.md#32-request-fields. Undefined ones are not sent: the tenant's portal settings apply. */
function createBody(start: Start, options: JumioClientOptions): object {
  const { comparison } = start;
  const { successUrl, errorUrl } =
    comparison === undefined ? options : { successUrl: comparison.returnUrl, errorUrl: comparison.returnUrl };
  const locale = start.locale === undefined ? undefined : jumioLocale(start.locale);
  const hasWebSettings = [successUrl, errorUrl, locale].some((value) => value !== undefined);
  return {
    customerInternalReference: start.identityId,
    userReference: start.reference,
    workflowDefinition: { key: comparison?.workflowKey ?? options.workflowKey },
    tokenLifetime: comparison?.linkLifetime ?? options.linkLifetime,
    callbackUrl: options.callbackUrl,
    web: hasWebSettings ? { successUrl, errorUrl, locale } : undefined,
  };
}

/** Returns what is used of the answer. The transaction token is that of the first credential with a token. */
export function toStarted(wire: StartedWire, accountBaseUrl: string): Started {
  const { account, workflowExecution, web, sdk } = wire;
  const transactionToken = workflowExecution.credentials?.find(({ api }) => api?.token !== undefined)?.api?.token;
  return {
    accountId: account.id,
    executionId: workflowExecution.id,
    ...(web !== undefined && { link: web.href }),
    ...(sdk?.token !== undefined && { sdkToken: sdk.token }),
    ...(transactionToken !== undefined && { transactionToken }),
    ...prefillOf(wire, accountBaseUrl),
  };
}
