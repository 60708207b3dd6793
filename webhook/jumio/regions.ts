/** Where Jumio's APIs are, each with `/api/v1` and without a slash at the end. */
export interface JumioBaseUrls {
  readonly account: string;
  readonly retrieval: string;
}

/** The API hosts of one data centre (docs/reference/jumio.md#1-regions-and-base-urls): each serves other calls. */
const JUMIO_HOST = /^(?:api|account|retrieval)\.([a-z0-9-]+\.jumio\.ai)$/;

/**
 * Derives both hosts from the one published variable, whichever of a data centre's hosts it names, with or without
 * `/api/v1` (docs/design.md#base-urls-of-jumio). A host that is not Jumio's serves all. `retrieval`: given explicitly, used as it is.
 * @throws TypeError for what is no URL
 */
export function baseUrls(base: string, retrieval?: string): JumioBaseUrls {
  return {
    account: withVersion(onHost('account', base)),
    retrieval: withVersion(retrieval === undefined ? onHost('retrieval', base) : new URL(retrieval)),
  };
}

/** A data centre by the name that Jumio's SDKs have for it (docs/reference/jumio.md#1-regions-and-base-urls). */
export type SdkDataCentre = 'us' | 'eu' | 'sgp';

const SDK_DATA_CENTRES: ReadonlyMap<string, SdkDataCentre> = new Map([
  ['amer-1.jumio.ai', 'us'],
  ['emea-1.jumio.ai', 'eu'],
  ['apac-1.jumio.ai', 'sgp'],
]);

/** Where an SDK token of that API is good; undefined where the host is not Jumio's, or a new data centre's. */
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
 * Whether personal data may go to an address that an answer names: https, and a host of the configured region. Where the
 * configured host is not Jumio's (a gateway, the sandbox), that very origin and no other.
 */
export function isOfRegion(address: string, accountBaseUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const [url, base] = [new URL(address), new URL(accountBaseUrl)];
  if (url.username !== '' || url.password !== '') return false;
  const region = JUMIO_HOST.exec(base.hostname)?.[1];
  if (region === undefined) return url.origin === base.origin;
  return url.protocol === 'https:' && url.port === '' && JUMIO_HOST.exec(url.hostname)?.[1] === region;
}
