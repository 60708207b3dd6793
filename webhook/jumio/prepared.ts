import type { Started } from './client.ts';
import type { JumioRequest } from './http.ts';
import type { StartedWire } from './wire.ts';

/** The API hosts of one data centre (jumio.md §1). */
const REGION = /^(?:api|account|retrieval)\.([a-z0-9-]+\.jumio\.ai)$/;

/**
 * Whether personal data may go to an address that an answer names: https, and a host of the configured region. Where the
 * configured host is not Jumio's (a gateway, the sandbox), that very origin and no other.
 */
export function isOfRegion(address: string, accountBaseUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const [url, base] = [new URL(address), new URL(accountBaseUrl)];
  if (url.username !== '' || url.password !== '') return false;
  const region = REGION.exec(base.hostname)?.[1];
  if (region === undefined) return url.origin === base.origin;
  return url.protocol === 'https:' && url.port === '' && REGION.exec(url.hostname)?.[1] === region;
}

/** The credential is found by its category: its place in the list says nothing (jumio.md §4.2). */
export function preparedOf({ workflowExecution }: StartedWire, accountBaseUrl: string): Partial<Started> {
  const data = workflowExecution.credentials?.find(({ category }) => category === 'DATA');
  const address = data?.api?.parts?.prepared_data;
  if (address === undefined) return {};
  if (!isOfRegion(address, accountBaseUrl)) return { foreignPreparedUrl: true };
  const token = data?.api?.token;
  return { preparedUrl: address, ...(token !== undefined && { transactionToken: token }) };
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
