import { isPrivateAddress, isPrivateHost } from '../../config/hosts.ts';
import { type Check, type Facts, hasEid, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { append } from '../kratos-config/edits.ts';
import { dotted, eidHooksIn, headersOf, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import { isNeverCalled, matchesGlob } from '../kratos-config/network.ts';
import { flagAt, listAt, type Tree } from '../kratos-config/read.ts';
import { AUTH } from '../kratos-config/shipped.ts';

const EXCEPTIONS = '/clients/http/private_ip_exception_urls';

function isExcepted(kratos: Tree, url: string): boolean {
  const bare = url.replace(/[?#].*$/, '');
  return listAt(kratos, EXCEPTIONS).some((glob) => typeof glob === 'string' && matchesGlob(glob, bare));
}

function blocked(kratos: Tree, origin: string): Finding {
  return {
    id: 'hook-address-blocked',
    severity: 'error',
    seen: `clients.http.disallow_private_ip_ranges is on, and hooks go to ${origin}`,
    why: 'Kratos refuses to call a private IP address: every sign-up and sign-in fails after three attempts.',
    fix: { says: 'make an exception for this service', kratos: [append(kratos, EXCEPTIONS, `${origin}/jumio/*`)] },
  };
}

function withoutUrl({ pointer, config }: OurHook): Finding {
  const value = `<SERVICE_URL>/jumio/${config.url.includes('/initiate') ? 'initiate' : 'validate'}`;
  return {
    id: 'hook-without-address',
    severity: 'error',
    seen: `${dotted(pointer)} goes to ${config.url.slice(0, 100)}, which is no URL`,
    why: 'Kratos does not start, or the hook is never called. A placeholder of ory-actions.yaml may be left.',
    fix: {
      says: 'name the URL at which Kratos reaches this service',
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
    fix: { says: 'give this service another IP address, for instance that of a load balancer' },
  };
}

function originsOf(hooks: readonly OurHook[]): string[] {
  return [...new Set(hooks.map((hook) => new URL(hook.config.url).origin))];
}

/** Whether Kratos may call the URLs of the hooks at all. A host name stands for its IP addresses on this machine. */
export const hookAddresses: Check = {
  group: 'hooks',
  says: 'Kratos may call the hooks’ URLs',
  run({ kratos, observed }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const hooks = ourHooks(kratos);
    const withUrl = hooks.filter(({ config }) => URL.canParse(config.url) && !/[<>]/.test(config.url));
    const hasAddress = (hook: OurHook, predicate: (address: string) => boolean): boolean => {
      const { hostname } = new URL(hook.config.url);
      return predicate(hostname) || (observed.addresses.get(hostname) ?? []).some(predicate);
    };
    const isInternal = (hook: OurHook): boolean =>
      isPrivateHost(new URL(hook.config.url).hostname) || hasAddress(hook, isPrivateAddress);
    const refused = withUrl.filter((hook) => isInternal(hook) && !isExcepted(kratos, hook.config.url));
    const isGuarded = flagAt(kratos, '/clients/http/disallow_private_ip_ranges');
    return [
      ...hooks.filter((hook) => !withUrl.includes(hook)).map(withoutUrl),
      ...(isGuarded ? originsOf(refused) : []).map((origin) => blocked(kratos, origin)),
      ...originsOf(withUrl.filter((hook) => hasAddress(hook, isNeverCalled))).map(neverCalled),
    ];
  },
};

type HookRequest = Pick<OurHook, 'pointer' | 'config'>;

/** The secrets in the headers that the service reads; empty if there are none. */
function secretsOf(hook: HookRequest): string[] {
  const headers = headersOf(hook);
  const bearer = headers.get('authorization');
  const values = [headers.get('x-webhook-secret'), bearer && (/^Bearer (.+)$/i.exec(bearer)?.[1] ?? '')];
  return values.filter((value) => value !== undefined);
}

const REFUSED = 'The service answers 401: every sign-in is refused, and a sign-up starts no verification.';

function secretFinding(id: string, hook: HookRequest, seen: string): Finding {
  const path = `${hook.pointer}/config/auth`;
  const fix = { says: 'send ORY_WEBHOOK_SECRET in a header', kratos: [{ op: 'add', path, value: AUTH } as const] };
  return { id, severity: 'error', seen: `${dotted(hook.pointer)} ${seen}`, why: REFUSED, fix };
}

/** Whether a hook sends a secret that is none of these. */
export function sendsAnother(hook: HookRequest, expected: readonly string[]): boolean {
  return secretsOf(hook).some((value) => !expected.includes(value));
}

const isPlaceholder = (value: string): boolean => /^<.*>$/.test(value);

function judgeSecret(hook: HookRequest, expected: readonly string[] | undefined): Finding[] {
  const sent = secretsOf(hook);
  if (sent.length === 0)
    return [secretFinding('hook-without-secret', hook, 'sends neither X-Webhook-Secret nor `Authorization: Bearer …`')];
  if (expected === undefined || !sendsAnother(hook, expected)) return [];
  const seen = sent.some(isPlaceholder)
    ? 'sends the placeholder of ory-actions.yaml'
    : 'does not send ORY_WEBHOOK_SECRET';
  return [secretFinding('hook-secret-differs', hook, seen)];
}

/** Several hooks with one other secret have one cause: either the hooks or `.env` are the odd ones out. The running service decides. */
function sharedSecret(hooks: readonly HookRequest[], { observed }: Facts): Finding[] {
  const differ = `${hooks.length} hooks send another secret than ORY_WEBHOOK_SECRET of this service’s environment`;
  const finding = { id: 'hook-secret-differs', severity: 'error' } as const;
  const { running } = observed;
  if (running !== undefined && 'refused' in running)
    return [
      {
        ...finding,
        seen: `${differ}; the running service (${running.at}) refuses that one too, so what is read here is the odd one out`,
        why: 'The service goes on with the value that it started with. After its next start it would refuse every hook.',
        fix: {
          says: 'put the secret that Kratos sends into `.env`; `npm run cli -- init` keeps a secret that is there, so write no new `.env` beside a running installation',
        },
      },
    ];
  const isRunning = running !== undefined && 'applied' in running;
  const fixes = hooks.map(({ pointer }) => ({ op: 'add', path: `${pointer}/config/auth`, value: AUTH }) as const);
  return [
    {
      ...finding,
      seen: `${differ}${isRunning ? `; the running service (${running.at}) takes that one, so Kratos’ configuration is the odd one out` : ''}`,
      why: REFUSED,
      fix: {
        says: 'send ORY_WEBHOOK_SECRET in a header: `npm run cli -- kratos-config --merge` writes it into each hook',
        kratos: fixes,
      },
    },
  ];
}

/** Hooks that send one and the same other secret, which is no placeholder; empty for less than two. */
function withSharedSecret(hooks: readonly HookRequest[], expected: readonly string[] | undefined): HookRequest[] {
  const others = hooks.filter((hook) => expected !== undefined && sendsAnother(hook, expected));
  const values = new Set(others.flatMap(secretsOf));
  return others.length < 2 || values.size !== 1 || [...values].some(isPlaceholder) ? [] : others;
}

/** Compares the secret in Kratos' configuration with this service's. `hooksAnswered` asks the running service. */
export const hookSecrets: Check = {
  group: 'hooks',
  says: 'each hook sends ORY_WEBHOOK_SECRET, in a header that the service reads',
  run(facts) {
    const { kratos, service } = facts;
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const hooks = [...ourHooks(kratos), ...(hasEid(facts) ? eidHooksIn(kratos) : [])];
    const expected = service?.ORY_WEBHOOK_SECRET;
    const shared = withSharedSecret(hooks, expected);
    const others = hooks.filter((hook) => !shared.some(({ pointer }) => pointer === hook.pointer));
    const found = [
      ...(shared.length === 0 ? [] : sharedSecret(shared, facts)),
      ...others.flatMap((hook) => judgeSecret(hook, expected)),
    ];
    if (found.length > 0 || service !== undefined) return found;
    return notCheckable('this service’s configuration cannot be read, so the secrets cannot be compared');
  },
};
