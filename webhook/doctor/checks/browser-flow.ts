import type { Config } from '../../config/config.ts';
import { type Check, type Facts, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable, type Operation } from '../finding.ts';
import { allEntries, dotted, methodsWithLists } from '../kratos-config/hooks.ts';
import { at, flagAt, isTree, listAt, type Tree, textAt } from '../kratos-config/read.ts';

const ALLOWED = '/selfservice/allowed_return_urls';

/** Kratos' rule (docs/reference/kratos.md#9-sessions-and-redirects): the scheme, the host or `*.suffix`, and how the path begins. */
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

/** The last of a list first, so that the others keep their places. */
function removals(pointers: readonly string[]): Operation[] {
  return [...pointers].reverse().map((path) => ({ op: 'remove', path }));
}

/** The `session` hook signs in at sign-up, where no gate is asked (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
function beforeVerdict(kratos: Tree): Finding[] {
  const found = allEntries(kratos).filter(({ flow, name }) => flow === 'registration' && name === 'session');
  if (found.length === 0) return [];
  return [
    {
      id: 'session-before-verdict',
      severity: 'info',
      seen: `sign-up gives a session at once (\`session\` in ${found.length} lists), for ${textAt(kratos, '/session/lifespan') ?? '24h'}`,
      why:
        'There is no verdict yet, and Kratos asks no gate there. Until there is one the application must read ' +
        'metadata_public.jumio.status; without the hook people sign in first, and the gate is asked.',
      fix: {
        says: 'usually nothing: it is how people get to the verification. To close it, take `session` out',
        kratos: removals(found.map(({ pointer }) => pointer)),
      },
    },
  ];
}

function secondFactor(kratos: Tree): Finding[] {
  const level = textAt(kratos, '/session/whoami/required_aal') ?? 'highest_available';
  if (level !== 'highest_available') return [];
  return [
    {
      id: 'second-factor-first',
      severity: 'info',
      seen: 'session.whoami.required_aal is highest_available',
      why: 'Who has a second factor is asked for it before a page of ours opens; then they come back.',
      fix: { says: 'nothing, if you want it so' },
    },
  ];
}

/** Copies of the session that live on after the identity has changed (docs/reference/kratos.md#7-admin-identity-api). */
function oldCopies(kratos: Tree): Finding[] {
  const tokenizers = at(kratos, '/session/whoami/tokenizer/templates');
  const isCached = flagAt(kratos, '/feature_flags/cacheable_sessions');
  const hasTokens = isTree(tokenizers) && Object.keys(tokenizers).length > 0;
  if (!isCached && !hasTokens) return [];
  return [
    {
      id: 'status-may-be-old',
      severity: 'info',
      seen: [isCached && 'feature_flags.cacheable_sessions is on', hasTokens && 'sessions are tokenized']
        .filter(Boolean)
        .join(', '),
      why: 'What the application reads there may show the status of before a verdict until the copy ends.',
      fix: { says: 'keep their lifetimes short: feature_flags.cacheable_sessions_max_age, the templates’ ttl' },
    },
  ];
}

export const sessions: Check = {
  group: 'people on their way',
  says: 'nothing about sessions surprises',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return [...beforeVerdict(kratos), ...secondFactor(kratos), ...oldCopies(kratos)];
  },
};

const AFTER = '/selfservice/flows/registration/after';

const WHY =
  'Who has just signed up is then led somewhere else. The link of your application always works: ' +
  '<PUBLIC_URL>/jumio/verify?return_to=… wherever the status is not `approved`.';

function entry(kratos: Tree, verify: string): Finding[] {
  const path = `${AFTER}/default_browser_return_url`;
  const seen = textAt(kratos, path);
  if (seen === verify) return [];
  return [
    {
      id: 'sign-up-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${seen ?? 'not set'}`,
      why: WHY,
      fix: { says: 'lead people to the verification', kratos: [{ op: 'add', path, value: verify }] },
    },
  ];
}

function ofMethod(kratos: Tree, verify: string, method: string): Finding[] {
  const path = `${AFTER}/${method}/default_browser_return_url`;
  const seen = textAt(kratos, path);
  if (seen === undefined || seen === verify) return [];
  return [
    {
      id: 'method-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${seen}, and wins over that of all methods`,
      why: WHY,
      fix: { says: 'remove it', kratos: [{ op: 'remove', path }] },
    },
  ];
}

function verificationFirst(kratos: Tree): Finding[] {
  const found = allEntries(kratos).filter(
    ({ flow, name }) => flow === 'registration' && name === 'show_verification_ui',
  );
  return found.map(({ pointer }) => ({
    id: 'verification-ui-first',
    severity: 'info',
    seen: `${dotted(pointer)} is \`show_verification_ui\``,
    why: `It replaces default_browser_return_url. ${WHY}`,
    fix: {
      says: 'link from your application, or take the hook out',
      kratos: [{ op: 'remove', path: pointer }],
    },
  }));
}

function oauth2(kratos: Tree): Finding[] {
  const url = at(kratos, '/oauth2_provider/url');
  if (url === undefined) return [];
  return [
    {
      id: 'oauth2-leads-elsewhere',
      severity: 'info',
      seen: 'oauth2_provider.url is set: people who came for an OAuth2 client are led back to it',
      why: WHY,
      fix: { says: 'link from the OAuth2 client’s own pages; nothing needs to change here' },
    },
  ];
}

/** Where Kratos leads people after a sign-up (docs/reference/kratos.md#9-sessions-and-redirects): one entry to the verification among others. */
export const wayThere: Check = {
  group: 'people on their way',
  says: 'who has signed up is led to the verification',
  look({ kratos, service }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (service?.PUBLIC_URL === undefined) return notCheckable('PUBLIC_URL is not known');
    const verify = new URL('/jumio/verify', service.PUBLIC_URL).href;
    return [
      ...entry(kratos, verify),
      ...methodsWithLists('registration').flatMap((method) => ofMethod(kratos, verify, method)),
      ...verificationFirst(kratos),
      ...oauth2(kratos),
    ];
  },
};
