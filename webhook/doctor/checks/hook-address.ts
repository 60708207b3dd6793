import { type Check, type Facts, hasEid, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted, eidHooksIn, headersOf, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import { isNeverCalled, isPrivate, isPrivateHost, matchesGlob } from '../kratos-config/network.ts';
import { flagAt, listAt, type Tree } from '../kratos-config/read.ts';
import { AUTH } from '../kratos-config/shipped.ts';

const EXCEPTIONS = '/clients/http/private_ip_exception_urls';

function isExcepted(kratos: Tree, url: string): boolean {
  const bare = url.replace(/[?#].*$/, '');
  return listAt(kratos, EXCEPTIONS).some((glob) => typeof glob === 'string' && matchesGlob(glob, bare));
}

/** One finding for each service address that Kratos may not call. */
function blocked(kratos: Tree, origin: string): Finding {
  const glob = `${origin}/jumio/*`;
  const isList = listAt(kratos, EXCEPTIONS).length > 0;
  return {
    id: 'hook-address-blocked',
    severity: 'error',
    seen: `clients.http.disallow_private_ip_ranges is on, and hooks go to ${origin}`,
    why: 'Kratos refuses to call a private address: every sign-up and sign-in fails after three attempts.',
    fix: {
      says: 'except the address of this service',
      kratos: [
        isList ? { op: 'add', path: `${EXCEPTIONS}/-`, value: glob } : { op: 'add', path: EXCEPTIONS, value: [glob] },
      ],
    },
  };
}

function placeholderLeft({ pointer, config }: OurHook): Finding {
  const value = `<SERVICE_URL>/jumio/${config.url.includes('/initiate') ? 'initiate' : 'validate'}`;
  return {
    id: 'hook-without-address',
    severity: 'error',
    seen: `${dotted(pointer)} goes to ${config.url.slice(0, 100)}, which is no address`,
    why: 'Kratos does not start with it, or calls nobody. Is a placeholder of ory-actions.yaml still to be filled in?',
    fix: {
      says: 'name the address at which Kratos reaches this service',
      kratos: [{ op: 'replace', path: `${pointer}/config/url`, value }],
    },
  };
}

function neverCalled(origin: string): Finding {
  return {
    id: 'hook-address-never-called',
    severity: 'error',
    seen: `hooks go to ${origin}, in 100.64.0.0/10, 198.18.0.0/15 or 0.0.0.0/8`,
    why: 'Kratos never calls these ranges, whatever is configured.',
    fix: { says: 'give this service another address, for instance that of a load balancer' },
  };
}

function originsOf(hooks: readonly OurHook[]): string[] {
  return [...new Set(hooks.map((hook) => new URL(hook.config.url).origin))];
}

/** Whether Kratos may call the hooks' addresses at all. */
export const reach: Check = {
  group: 'hooks',
  says: 'Kratos may call the hooks’ addresses',
  look({ kratos, seen }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const hooks = ourHooks(kratos);
    const good = hooks.filter(({ config }) => URL.canParse(config.url) && !/[<>]/.test(config.url));
    const isAny = (hook: OurHook, is: (address: string) => boolean): boolean => {
      const { hostname } = new URL(hook.config.url);
      return is(hostname) || (seen.addresses.get(hostname) ?? []).some(is);
    };
    const inside = good.filter((hook) => isPrivateHost(new URL(hook.config.url).hostname) || isAny(hook, isPrivate));
    const refused = inside.filter((hook) => !isExcepted(kratos, hook.config.url));
    const isGuarded = flagAt(kratos, '/clients/http/disallow_private_ip_ranges');
    return [
      ...hooks.filter((hook) => !good.includes(hook)).map(placeholderLeft),
      ...(isGuarded ? originsOf(refused) : []).map((origin) => blocked(kratos, origin)),
      ...originsOf(good.filter((hook) => isAny(hook, isNeverCalled))).map(neverCalled),
    ];
  },
};

type Called = Pick<OurHook, 'pointer' | 'config'>;

/** The secrets that a hook presents, as the service reads them; none where it reads none. */
function presentedBy(hook: Called): string[] {
  const headers = headersOf(hook);
  const bearer = headers.get('authorization');
  const values = [headers.get('x-webhook-secret'), bearer && (/^Bearer (.+)$/i.exec(bearer)?.[1] ?? '')];
  return values.filter((value) => value !== undefined);
}

const WHY = 'The service refuses the call: at sign-in everybody is refused, at sign-up nothing is started.';

function finding(id: string, hook: Called, words: string): Finding {
  const path = `${hook.pointer}/config/auth`;
  const fix = { says: 'send ORY_WEBHOOK_SECRET in a header', kratos: [{ op: 'add', path, value: AUTH } as const] };
  return { id, severity: 'error', seen: `${dotted(hook.pointer)} ${words}`, why: WHY, fix };
}

function ofHook(hook: Called, secrets: readonly string[] | undefined): Finding[] {
  const presented = presentedBy(hook);
  if (presented.length === 0)
    return [finding('hook-without-secret', hook, 'sends neither X-Webhook-Secret nor `Authorization: Bearer …`')];
  if (secrets === undefined || presented.every((value) => secrets.includes(value))) return [];
  const isPlaceholder = presented.some((value) => /^<.*>$/.test(value));
  const words = isPlaceholder ? 'sends the placeholder of ory-actions.yaml' : 'does not send ORY_WEBHOOK_SECRET';
  return [finding('hook-secret-differs', hook, words)];
}

/** The secret in Kratos' configuration against ours. What the running service thinks of it is asked of itself. */
export const secrets: Check = {
  group: 'hooks',
  says: 'each hook carries ORY_WEBHOOK_SECRET, in a header that the service reads',
  look(facts) {
    const { kratos, service } = facts;
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const called = [...ourHooks(kratos), ...(hasEid(facts) ? eidHooksIn(kratos) : [])];
    const found = called.flatMap((hook) => ofHook(hook, service?.ORY_WEBHOOK_SECRET));
    if (found.length > 0 || service !== undefined) return found;
    return notCheckable('this service’s configuration cannot be read, so the secrets cannot be compared');
  },
};
