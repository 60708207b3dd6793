/** The base URLs of Jumio's APIs, each with `/api/v1` and without a slash at the end. */
export interface JumioBaseUrls {
  readonly account: string;
  readonly retrieval: string;
}

/** The API hosts of a data centre (docs/reference/jumio.md#1-regions-and-base-urls): each serves different calls. */
const JUMIO_HOST = /^(?:api|account|retrieval)\.([a-z0-9-]+\.jumio\.ai)$/;

/**
 * Returns both base URLs, derived from the one published variable: it may name any host of a data centre, with or
 * without `/api/v1` (docs/design.md#base-urls-of-jumio). A host that is not Jumio's serves all calls.
 * @param retrieval configured explicitly: used unchanged
 * @throws TypeError if a value is no URL
 */
export function baseUrls(base: string, retrieval?: string): JumioBaseUrls {
  return {
    account: withVersion(onHost('account', base)),
    retrieval: withVersion(retrieval === undefined ? onHost('retrieval', base) : new URL(retrieval)),
  };
}

/** A data centre, by its name in Jumio's SDKs (docs/reference/jumio.md#1-regions-and-base-urls). */
export type SdkDataCentre = 'us' | 'eu' | 'sgp';

const SDK_DATA_CENTRES: ReadonlyMap<string, SdkDataCentre> = new Map([
  ['amer-1.jumio.ai', 'us'],
  ['emea-1.jumio.ai', 'eu'],
  ['apac-1.jumio.ai', 'sgp'],
]);

/** Returns the data centre at which an SDK token of that API is valid; undefined: the host is not Jumio's, or of a new data centre. */
export function sdkDataCentre(base: string): SdkDataCentre | undefined {
  return SDK_DATA_CENTRES.get(JUMIO_HOST.exec(new URL(base).hostname)?.[1] ?? '');
}

function onHost(service: 'account' | 'retrieval', base: string): URL {
  const url = new URL(base);
  const dataCentre = JUMIO_HOST.exec(url.hostname)?.[1];
  if (dataCentre !== undefined) url.hostname = `${service}.${dataCentre}`;
  return url;
}

function withVersion(url: URL): string {
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path.endsWith('/api/v1') ? path : `${path}/api/v1`}`;
}

/**
 * Whether personal data may be sent to a URL that an answer names: https, and a host of the configured region. If the
 * configured host is not Jumio's (a gateway, the sandbox), only that origin.
 */
export function isOfRegion(named: string, accountBaseUrl: string): boolean {
  if (!URL.canParse(named)) return false;
  const [url, base] = [new URL(named), new URL(accountBaseUrl)];
  if (url.username !== '' || url.password !== '') return false;
  const region = JUMIO_HOST.exec(base.hostname)?.[1];
  if (region === undefined) return url.origin === base.origin;
  return url.protocol === 'https:' && url.port === '' && JUMIO_HOST.exec(url.hostname)?.[1] === region;
}
