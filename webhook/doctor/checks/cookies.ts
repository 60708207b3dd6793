import { isIP } from 'node:net';
import type { Config } from '../../config/config.ts';
import { type Check, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted } from '../kratos-config/hooks.ts';
import { at, flagAt, type Tree, textAt } from '../kratos-config/read.ts';

/** A setting of the session cookie: its own wins over the one of all cookies. */
function setting(kratos: Tree, key: string): { readonly path: string; readonly value: string | undefined } {
  const own = textAt(kratos, `/session/cookie/${key}`);
  return own === undefined
    ? { path: `/cookies/${key}`, value: textAt(kratos, `/cookies/${key}`) }
    : { path: `/session/cookie/${key}`, value: own };
}

/** Returns the domain that two hosts share, for instance `example.com`; empty if they share none. */
export function commonDomain(one: string, other: string): string {
  const [left, right] = [one.split('.').reverse(), other.split('.').reverse()];
  const count = left.findIndex((label, index) => label !== right[index]);
  return (count === -1 ? left : left.slice(0, count)).reverse().join('.');
}

function isWithin(host: string, domain: string): boolean {
  const bare = domain.replace(/^\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}

/** Browsers drop a cookie for a top-level domain; `localhost` is one, and an IP address has no parent domain. */
function canBeCookieDomain(domain: string): boolean {
  return domain.includes('.') && isIP(domain) === 0;
}

const WITHOUT_COOKIE =
  'Without Kratos’ session cookie the pages see no session and send everyone to sign in, over and over.';

function domainFinding(kratos: Tree, ourHost: string, kratosHost: string): Finding[] {
  const { path, value } = setting(kratos, 'domain');
  const common = commonDomain(ourHost, kratosHost);
  const isShared =
    value === undefined ? ourHost === kratosHost : isWithin(ourHost, value) && isWithin(kratosHost, value);
  if (isShared) return [];
  const seen = `cookies.domain is ${value ?? 'not set'}; PUBLIC_URL is on ${ourHost}, KRATOS_PUBLIC_URL on ${kratosHost}`;
  if (canBeCookieDomain(common)) {
    const fix = { says: 'name the domain that both share', kratos: [{ op: 'add', path, value: common } as const] };
    return [{ id: 'cookie-domain', severity: 'error', seen, why: WITHOUT_COOKIE, fix }];
  }
  const fix = { says: 'put both on one registrable domain, on Ory Network with a custom domain' };
  return [{ id: 'different-domains', severity: 'error', seen, why: WITHOUT_COOKIE, fix }];
}

export const cookieDomain: Check = {
  group: 'browser flow',
  says: 'Kratos’ session cookie reaches the pages (cookies.domain covers both hosts)',
  run({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const hosts = publicHosts(service);
    if (hosts === undefined) return notCheckable('PUBLIC_URL or KRATOS_PUBLIC_URL is not set: there are no pages');
    return domainFinding(kratos, hosts.ours, hosts.kratos);
  },
};

function publicHosts(service: Config | undefined): { ours: string; kratos: string } | undefined {
  const { PUBLIC_URL, KRATOS_PUBLIC_URL } = service ?? {};
  if (PUBLIC_URL === undefined || KRATOS_PUBLIC_URL === undefined) return undefined;
  return { ours: new URL(PUBLIC_URL).hostname, kratos: new URL(KRATOS_PUBLIC_URL).hostname };
}

function sameSiteStrict(path: string): Finding {
  return {
    id: 'cookie-strict',
    severity: 'error',
    seen: `${dotted(path)} is Strict`,
    why: 'When Jumio sends the person back, the browser does not send the session cookie: the person seems to be signed out.',
    fix: { says: 'use Lax', kratos: [{ op: 'replace', path, value: 'Lax' }] },
  };
}

/** Browsers drop `SameSite=None` without `Secure`; Kratos omits `Secure` in development (`--dev`) and if configured so. */
function sameSiteNone(kratos: Tree, path: string): Finding[] {
  const isSwitchedOff = [at(kratos, '/cookies/secure'), at(kratos, '/session/cookie/secure')]
    .map(String)
    .includes('false');
  const isHttp = textAt(kratos, '/serve/public/base_url')?.startsWith('http:');
  if (!isSwitchedOff && !isHttp && !flagAt(kratos, '/dev')) return [];
  return [
    {
      id: 'cookie-none-insecure',
      severity: 'error',
      seen: `${dotted(path)} is None, and the cookie is not Secure`,
      why: 'Browsers drop such a cookie: no sign-in ever lasts.',
      fix: { says: 'use Lax', kratos: [{ op: 'replace', path, value: 'Lax' }] },
    },
  ];
}

function cookiePath(kratos: Tree): Finding[] {
  const { path, value } = setting(kratos, 'path');
  if (value === undefined || '/jumio/'.startsWith(value.replace(/\/*$/, '/'))) return [];
  const seen = `${dotted(path)} is ${value}, which does not cover /jumio/`;
  const fix = { says: 'use the whole site', kratos: [{ op: 'replace', path, value: '/' } as const] };
  return [{ id: 'cookie-path', severity: 'error', seen, why: WITHOUT_COOKIE, fix }];
}

export const cookieAttributes: Check = {
  group: 'browser flow',
  says: 'the session cookie survives the way to Jumio and back (same_site, path)',
  run({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const { path, value } = setting(kratos, 'same_site');
    if (value === 'Strict') return [sameSiteStrict(path), ...cookiePath(kratos)];
    return [...(value === 'None' ? sameSiteNone(kratos, path) : []), ...cookiePath(kratos)];
  },
};
