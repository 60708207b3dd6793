import type { Config } from '../../config/config.ts';
import type { Status } from '../../model.ts';
import { type Check, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { removeEntries } from '../kratos-config/edits.ts';
import { allEntries, dotted, type HookEntry, methodsWithLists } from '../kratos-config/hooks.ts';
import { at, flagAt, isTree, type Tree, textAt } from '../kratos-config/read.ts';
import { ALLOWED_KEY, allowReturnTo, mayReturnTo } from '../kratos-config/return-urls.ts';
import { refusedAfterSignUp } from './verified-first.ts';

const NO_PUBLIC_URL = notCheckable('PUBLIC_URL is not set');

const AFTER = '/selfservice/flows/registration/after';

const SENT_ELSEWHERE =
  'After sign-up the person is then sent elsewhere. The link of your application always works: ' +
  '<PUBLIC_URL>/jumio/verify?return_to=… wherever the status is not `approved`.';

/** The URL that Kratos uses after a sign-up by any method. */
function sharedReturnUrl(kratos: Tree, verifyUrl: string): Finding[] {
  const path = `${AFTER}/default_browser_return_url`;
  const url = textAt(kratos, path);
  if (url === verifyUrl) return [];
  return [
    {
      id: 'sign-up-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${url ?? 'not set'}`,
      why: SENT_ELSEWHERE,
      fix: { says: 'send people to the verification', kratos: [{ op: 'add', path, value: verifyUrl }] },
    },
  ];
}

/** The URL of one method wins over the shared one. */
function returnUrlOfMethod(kratos: Tree, verifyUrl: string, method: string): Finding[] {
  const path = `${AFTER}/${method}/default_browser_return_url`;
  const url = textAt(kratos, path);
  if (url === undefined || url === verifyUrl) return [];
  return [
    {
      id: 'method-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${url}, and wins over the URL for all methods`,
      why: SENT_ELSEWHERE,
      fix: { says: 'remove it', kratos: [{ op: 'remove', path }] },
    },
  ];
}

/** Kratos' hook `show_verification_ui` opens Kratos' own page for verifying an e-mail address, which is not Jumio's verification. */
function emailVerificationFirst(kratos: Tree): Finding[] {
  const found = allEntries(kratos).filter(
    ({ flow, name }) => flow === 'registration' && name === 'show_verification_ui',
  );
  return found.map(({ pointer }) => ({
    id: 'verification-ui-first',
    severity: 'info',
    seen: `${dotted(pointer)} is \`show_verification_ui\``,
    why: `Kratos then opens its own page for the e-mail address and ignores default_browser_return_url. ${SENT_ELSEWHERE}`,
    fix: {
      says: 'link from your application, or remove the hook',
      kratos: [{ op: 'remove', path: pointer }],
    },
  }));
}

/** Kratos ignores its own return URLs in a login that an OAuth2 client has begun. */
function oauth2Client(kratos: Tree): Finding[] {
  if (at(kratos, '/oauth2_provider/url') === undefined) return [];
  return [
    {
      id: 'oauth2-leads-elsewhere',
      severity: 'info',
      seen: 'oauth2_provider.url is set: Kratos sends people of an OAuth2 login back to the OAuth2 client',
      why: SENT_ELSEWHERE,
      fix: { says: 'link from the OAuth2 client’s own pages; nothing needs to change here' },
    },
  ];
}

/** Where Kratos sends people after a sign-up (docs/reference/kratos.md#9-sessions-and-redirects): one of the ways to the verification. */
export const afterSignUp: Check = {
  group: 'browser flow',
  says: 'after sign-up Kratos sends people to the verification',
  run({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (service?.PUBLIC_URL === undefined) return NO_PUBLIC_URL;
    const verifyUrl = new URL('/jumio/verify', service.PUBLIC_URL).href;
    return [
      ...sharedReturnUrl(kratos, verifyUrl),
      ...methodsWithLists('registration').flatMap((method) => returnUrlOfMethod(kratos, verifyUrl, method)),
      ...emailVerificationFirst(kratos),
      ...oauth2Client(kratos),
    ];
  },
};

/** From Kratos back to this service. */
function allowedByKratos(kratos: Tree, publicUrl: string): Finding[] {
  if (mayReturnTo(kratos, new URL('/jumio/verify', publicUrl).href)) return [];
  const { origin } = new URL(publicUrl);
  return [
    {
      id: 'return-url-not-allowed',
      severity: 'error',
      seen: `${ALLOWED_KEY} does not cover ${origin}`,
      why: 'The pages send a visitor without a session to sign in and back; Kratos then answers 400.',
      fix: { says: 'allow this service’s origin', kratos: [allowReturnTo(kratos, origin)] },
    },
  ];
}

/** From this service back to the application. */
function allowedByUs(kratos: Tree, service: Config): Finding[] {
  if (service.ALLOWED_RETURN_URLS.length > 0 || service.DEFAULT_RETURN_URL) return [];
  const home = textAt(kratos, '/selfservice/default_browser_return_url') ?? '';
  const environment = URL.canParse(home) ? { ALLOWED_RETURN_URLS: new URL(home).origin, DEFAULT_RETURN_URL: home } : {};
  return [
    {
      id: 'no-way-back',
      severity: 'warning',
      seen: 'neither ALLOWED_RETURN_URLS nor DEFAULT_RETURN_URL is set',
      why: 'Every `return_to` is ignored: a verified person ends on a page of this service, without a link to the application.',
      fix: { says: 'set them to URLs of your application', environment },
    },
  ];
}

export const returnUrls: Check = {
  group: 'browser flow',
  says: 'Kratos may send people here, and this service may send them back to the application',
  run({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (service?.PUBLIC_URL === undefined) return NO_PUBLIC_URL;
    return [...allowedByKratos(kratos, service.PUBLIC_URL), ...allowedByUs(kratos, service)];
  },
};

/** The `session` hook signs the person in at sign-up, where Kratos asks no gate (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
function sessionAtSignUp(kratos: Tree, service: Config | undefined): Finding[] {
  const found = allEntries(kratos).filter(({ flow, name }) => flow === 'registration' && name === 'session');
  if (found.length === 0) return [];
  const refused = service === undefined ? [] : refusedAfterSignUp(service);
  return refused.length > 0 ? [sessionDespitePolicy(refused, found)] : [sessionBeforeVerdict(kratos, found)];
}

/** The policy would refuse exactly the person who has just signed up. */
function sessionDespitePolicy(refused: readonly Status[], found: readonly HookEntry[]): Finding {
  return {
    id: 'session-despite-policy',
    severity: 'error',
    seen: `sign-up gives a session at once (\`session\` in ${found.length} lists), and the policy refuses people whose status is ${refused.join(' or ')}`,
    why: 'Kratos asks no gate at sign-up: everybody is signed in once before a verdict, which the policy forbids at every later sign-in.',
    fix: {
      says: 'remove `session`: people then sign in after the sign-up, and the gate leads them to the verification',
      kratos: removeEntries(found.map(({ pointer }) => pointer)),
    },
  };
}

function sessionBeforeVerdict(kratos: Tree, found: readonly HookEntry[]): Finding {
  return {
    id: 'session-before-verdict',
    severity: 'info',
    seen: `sign-up gives a session at once (\`session\` in ${found.length} lists), for ${textAt(kratos, '/session/lifespan') ?? '24h'}`,
    why:
      'There is no verdict yet, and Kratos asks no gate there. Until there is one the application must read ' +
      'metadata_public.jumio.status; without the hook people sign in first, and Kratos asks the gate.',
    fix: {
      says: 'usually nothing: this session is how people reach the verification. To change it, remove `session`',
      kratos: removeEntries(found.map(({ pointer }) => pointer)),
    },
  };
}

function secondFactor(kratos: Tree): Finding[] {
  const level = textAt(kratos, '/session/whoami/required_aal') ?? 'highest_available';
  if (level !== 'highest_available') return [];
  return [
    {
      id: 'second-factor-first',
      severity: 'info',
      seen: 'session.whoami.required_aal is highest_available',
      why: 'Kratos asks a person who has a second factor for it before a page of this service opens, then sends them back.',
      fix: { says: 'nothing, if this is intended' },
    },
  ];
}

/** Copies of the session that stay valid after the identity has changed (docs/reference/kratos.md#7-admin-identity-api). */
function cachedSessions(kratos: Tree): Finding[] {
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
      why: 'After a verdict the application may read the status of before it from such a copy, until the copy expires.',
      fix: { says: 'keep the lifetimes short: feature_flags.cacheable_sessions_max_age, the templates’ ttl' },
    },
  ];
}

export const sessions: Check = {
  group: 'browser flow',
  says: 'the session settings have no side effects',
  run({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return [...sessionAtSignUp(kratos, service), ...secondFactor(kratos), ...cachedSessions(kratos)];
  },
};
