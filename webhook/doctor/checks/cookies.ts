import { isIP } from 'node:net';
import type { Config } from '../../config/config.ts';
import { type Check, type Facts, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { at, flagAt, type Tree, textAt } from '../kratos-config/read.ts';

/** The session cookie has settings of its own, which win over those of all cookies. */
function setting(kratos: Tree, key: string): { readonly path: string; readonly value: string | undefined } {
  const own = textAt(kratos, `/session/cookie/${key}`);
  return own === undefined
    ? { path: `/cookies/${key}`, value: textAt(kratos, `/cookies/${key}`) }
    : { path: `/session/cookie/${key}`, value: own };
}

/** The labels that both hosts end with, for instance `example.com`. */
export function commonDomain(one: string, other: string): string {
  const [left, right] = [one.split('.').reverse(), other.split('.').reverse()];
  const count = left.findIndex((label, index) => label !== right[index]);
  return (count === -1 ? left : left.slice(0, count)).reverse().join('.');
}

function isWithin(host: string, domain: string): boolean {
  const bare = domain.replace(/^\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}

/** A cookie for a top-level domain is dropped by browsers; `localhost` is one, and an IP address has no parts. */
function canBeCookieDomain(domain: string): boolean {
  return domain.includes('.') && isIP(domain) === 0;
}

const WHY =
  'Without Kratos’ session cookie the pages take everybody for a stranger and send them to sign in, over and over.';

function domainFinding(kratos: Tree, ours: string, theirs: string): Finding[] {
  const { path, value } = setting(kratos, 'domain');
  const common = commonDomain(ours, theirs);
  const covered = value === undefined ? ours === theirs : isWithin(ours, value) && isWithin(theirs, value);
  if (covered) return [];
  const seen = `cookies.domain is ${value ?? 'not set'}; PUBLIC_URL is on ${ours}, KRATOS_PUBLIC_URL on ${theirs}`;
  if (canBeCookieDomain(common)) {
    const fix = { says: 'name the domain that both are on', kratos: [{ op: 'add', path, value: common } as const] };
    return [{ id: 'cookie-domain', severity: 'error', seen, why: WHY, fix }];
  }
  const fix = { says: 'put both on one registrable domain, on Ory Network with a custom domain' };
  return [{ id: 'different-domains', severity: 'error', seen, why: WHY, fix }];
}

export const cookieDomain: Check = {
  group: 'people on their way',
  says: 'Kratos’ session cookie reaches the pages (cookies.domain covers both addresses)',
  look({ kratos, service }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const hosts = publicHosts(service);
    if (hosts === undefined) return notCheckable('PUBLIC_URL or KRATOS_PUBLIC_URL is not known: there are no pages');
    return domainFinding(kratos, hosts.ours, hosts.theirs);
  },
};

function publicHosts(service: Config | undefined): { ours: string; theirs: string } | undefined {
  const { PUBLIC_URL, KRATOS_PUBLIC_URL } = service ?? {};
  if (PUBLIC_URL === undefined || KRATOS_PUBLIC_URL === undefined) return undefined;
  return { ours: new URL(PUBLIC_URL).hostname, theirs: new URL(KRATOS_PUBLIC_URL).hostname };
}

function strict(path: string): Finding {
  return {
    id: 'cookie-strict',
    severity: 'error',
    seen: `${path.slice(1).replaceAll('/', '.')} is Strict`,
    why: 'The browser then keeps the session back when Jumio leads the person here: they come back as strangers.',
    fix: { says: 'use Lax', kratos: [{ op: 'replace', path, value: 'Lax' }] },
  };
}

/** Browsers drop `SameSite=None` without `Secure`; Kratos leaves `Secure` out in development (`--dev`) and where told. */
function noneInClear(kratos: Tree, path: string): Finding[] {
  const told = [at(kratos, '/cookies/secure'), at(kratos, '/session/cookie/secure')].map(String).includes('false');
  const inClear = textAt(kratos, '/serve/public/base_url')?.startsWith('http:');
  if (!told && !inClear && !flagAt(kratos, '/dev')) return [];
  return [
    {
      id: 'cookie-none-insecure',
      severity: 'error',
      seen: `${path.slice(1).replaceAll('/', '.')} is None, and the cookie is not Secure`,
      why: 'Browsers drop such a cookie: nobody is ever signed in.',
      fix: { says: 'use Lax', kratos: [{ op: 'replace', path, value: 'Lax' }] },
    },
  ];
}

function cookiePath(kratos: Tree): Finding[] {
  const { path, value } = setting(kratos, 'path');
  if (value === undefined || '/jumio/'.startsWith(value.replace(/\/*$/, '/'))) return [];
  const seen = `${path.slice(1).replaceAll('/', '.')} is ${value}`;
  const fix = { says: 'use the whole site', kratos: [{ op: 'replace', path, value: '/' } as const] };
  return [{ id: 'cookie-path', severity: 'error', seen, why: WHY, fix }];
}

export const cookieAttributes: Check = {
  group: 'people on their way',
  says: 'the session cookie survives the way to Jumio and back (same_site, path)',
  look({ kratos }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const { path, value } = setting(kratos, 'same_site');
    if (value === 'Strict') return [strict(path), ...cookiePath(kratos)];
    return [...(value === 'None' ? noneInClear(kratos, path) : []), ...cookiePath(kratos)];
  },
};
