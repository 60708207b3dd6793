/** Where Jumio's APIs are, each with `/api/v1` and without a slash at the end. */
export interface JumioBaseUrls {
  readonly account: string;
  readonly retrieval: string;
}

/** The API hosts of one data centre (jumio.md §1): each serves other calls. */
const JUMIO_HOST = /^(?:api|account|retrieval)\.([a-z0-9-]+\.jumio\.ai)$/;

/**
 * Derives both hosts from the one published variable, whichever of a data centre's hosts it names, with or without
 * `/api/v1` (design §2, "Base URL"). A host that is not Jumio's serves all. `retrieval`: given explicitly, used as it is.
 * @throws TypeError for what is no URL
 */
export function baseUrls(base: string, retrieval?: string): JumioBaseUrls {
  return {
    account: withVersion(onHost('account', base)),
    retrieval: withVersion(retrieval === undefined ? onHost('retrieval', base) : new URL(retrieval)),
  };
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
