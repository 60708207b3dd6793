import { isNeverCalled, isPrivate, isPrivateHost } from '../addresses.ts';
import type { Check, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { matchesGlob } from '../glob.ts';
import { dotted, type OurHook, ourHooks } from '../hooks.ts';
import { flagAt, listAt, type Tree } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

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
