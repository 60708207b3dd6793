import { jumioLocale } from './locale.ts';
import { isOfRegion } from './regions.ts';
import type { JumioClientOptions, JumioRequest, Start, Started } from './types.ts';
import type { StartedWire } from './wire.ts';

/** The credential is found by its category: its place in the list says nothing (docs/reference/jumio.md#42-prepared-data). */
export function preparedOf({ workflowExecution }: StartedWire, accountBaseUrl: string): Partial<Started> {
  const data = workflowExecution.credentials?.find(({ category }) => category === 'DATA');
  const address = data?.api?.parts?.prepared_data;
  if (address === undefined) return {};
  if (!isOfRegion(address, accountBaseUrl)) return { foreignPreparedUrl: true };
  const token = data?.api?.token;
  return { prefillUrl: address, ...(token !== undefined && { transactionToken: token }) };
}

/** The token is the execution's, not the tenant's. */
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
 * The call that starts an execution. A POST for a returning person would make a second, unrelated account (docs/reference/jumio.md#3-account-create-and-update).
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

/** Fields of docs/reference/jumio.md#32-request-fields; those that are undefined are not sent, and the tenant's portal settings count. */
function createBody(start: Start, options: JumioClientOptions): object {
  const { successUrl, errorUrl } = options;
  const locale = start.locale === undefined ? undefined : jumioLocale(start.locale);
  const isAnythingTold = [successUrl, errorUrl, locale].some((value) => value !== undefined);
  return {
    customerInternalReference: start.identityId,
    userReference: start.reference,
    workflowDefinition: { key: options.workflowKey },
    tokenLifetime: options.linkLifetime,
    callbackUrl: options.callbackUrl,
    web: isAnythingTold ? { successUrl, errorUrl, locale } : undefined,
  };
}

/** What is worth keeping of the answer. The first credential with a token of its own gives the transaction token. */
export function toStarted(wire: StartedWire, accountBaseUrl: string): Started {
  const { account, workflowExecution, web, sdk } = wire;
  const transactionToken = workflowExecution.credentials?.find(({ api }) => api?.token !== undefined)?.api?.token;
  return {
    accountId: account.id,
    executionId: workflowExecution.id,
    ...(web !== undefined && { link: web.href }),
    ...(sdk?.token !== undefined && { sdkToken: sdk.token }),
    ...(transactionToken !== undefined && { transactionToken }),
    ...preparedOf(wire, accountBaseUrl),
  };
}
