import { z } from 'zod';
import { eidHooksIn, hasEid } from '../eid-hooks.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted, type OurHook, ourHooks } from '../hooks.ts';
import { AUTH } from '../shipped.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

const apiKey = z.object({
  type: z.literal('api_key'),
  config: z.object({ in: z.literal('header').default('header'), name: z.string(), value: z.string() }),
});

type Called = Pick<OurHook, 'pointer' | 'config'>;

/** The headers of a hook as Kratos sends them: `auth` overwrites a header of the same name (kratos.md §1.1). */
export function headersOf({ config }: Pick<OurHook, 'config'>): ReadonlyMap<string, string> {
  const headers = new Map(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const key = apiKey.safeParse(config.auth).data?.config;
  if (key !== undefined) headers.set(key.name.toLowerCase(), key.value);
  return headers;
}

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
