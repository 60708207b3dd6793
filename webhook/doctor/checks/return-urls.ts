import type { Config } from '../../config.ts';
import type { Check, Facts } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { listAt, type Tree, textAt } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

const ALLOWED = '/selfservice/allowed_return_urls';

/** Kratos' rule (kratos.md §9): the scheme, the host or `*.suffix`, and how the path begins. */
export function leadsInto(url: string, allowed: string): boolean {
  if (!URL.canParse(allowed)) return false;
  const [wanted, known] = [new URL(url), new URL(allowed)];
  const suffix = /^(?:\*|%2A)(\..+)$/i.exec(known.host)?.[1];
  const isHost = suffix === undefined ? wanted.host === known.host : wanted.host.endsWith(suffix);
  return wanted.protocol === known.protocol && isHost && wanted.pathname.startsWith(known.pathname);
}

function theirs(kratos: Tree, publicUrl: string): Finding[] {
  const allowed = listAt(kratos, ALLOWED).filter((each) => typeof each === 'string');
  const verify = new URL('/jumio/verify', publicUrl).href;
  if (allowed.some((each) => leadsInto(verify, each))) return [];
  const { origin } = new URL(publicUrl);
  const isList = Array.isArray(listAt(kratos, ALLOWED)) && allowed.length > 0;
  return [
    {
      id: 'return-url-not-allowed',
      severity: 'error',
      seen: `selfservice.allowed_return_urls does not cover ${origin}`,
      why: 'Who comes to a page of ours without a session is sent to sign in and back; Kratos answers 400 instead.',
      fix: {
        says: 'allow the way back',
        kratos: [
          isList ? { op: 'add', path: `${ALLOWED}/-`, value: origin } : { op: 'add', path: ALLOWED, value: [origin] },
        ],
      },
    },
  ];
}

/** Ours: without any, people end on a page of ours. */
function ours(kratos: Tree, service: Config): Finding[] {
  const allowed = [...service.ALLOWED_RETURN_URLS, ...(service.DEFAULT_RETURN_URL ? [service.DEFAULT_RETURN_URL] : [])];
  const home = textAt(kratos, '/selfservice/default_browser_return_url');
  const environment = URL.canParse(home ?? '') ? { ALLOWED_RETURN_URLS: new URL(home ?? '').origin } : {};
  if (allowed.length > 0) return [];
  return [
    {
      id: 'no-way-back',
      severity: 'warning',
      seen: 'neither ALLOWED_RETURN_URLS nor DEFAULT_RETURN_URL is set',
      why: 'Every `return_to` is dropped: who is verified ends on a page of this service, without a way on.',
      fix: { says: 'name the addresses of your application', environment },
    },
  ];
}

export const returnUrls: Check = {
  group: 'people on their way',
  says: 'people may come here from Kratos, and go on from here to the application',
  look({ kratos, service }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (service?.PUBLIC_URL === undefined) return notCheckable('PUBLIC_URL is not known');
    return [...theirs(kratos, service.PUBLIC_URL), ...ours(kratos, service)];
  },
};
