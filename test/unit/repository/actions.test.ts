import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readShippedActions } from '../../../sandbox/kratos/config/actions.ts';

const webHook = z.strictObject({
  hook: z.literal('web_hook'),
  config: z.strictObject({
    url: z.string(),
    method: z.literal('POST'),
    body: z.string(),
    can_interrupt: z.literal(true).optional(),
    auth: z.unknown(),
  }),
});

const hooks = z.array(z.union([z.strictObject({ hook: z.literal('session') }), webHook]));

const list = z.strictObject({ hooks });

const after = z.object({ hooks: hooks.default([]) }).catchall(z.union([list, z.string()]));

const actions = z.strictObject({
  selfservice: z.strictObject({
    flows: z.record(z.enum(['registration', 'login', 'recovery', 'settings']), z.strictObject({ after })),
  }),
});

type Hooks = z.infer<typeof hooks>;

const text = readShippedActions();

const { flows } = actions.parse(parse(text)).selfservice;

/** A list in short form: endpoint and template, with `!` if it may interrupt. */
function inShort(entries: Hooks): string[] {
  return entries.map((entry) => {
    if (entry.hook === 'session') return 'session';
    const { url, body, can_interrupt } = entry.config;
    const [path, template] = [url.replace('<SERVICE_URL>', ''), body.replace('file://<JSONNET_DIR>/', '')];
    return `${path} ${template}${can_interrupt ? ' !' : ''}`;
  });
}

function lists(flow: keyof typeof flows): Record<string, string[]> {
  const { hooks: global, ...methods } = flows[flow].after;
  const named = Object.entries(methods).flatMap(([name, value]): [string, string[]][] => {
    return typeof value === 'string' ? [] : [[name, inShort(value.hooks)]];
  });
  return { global: inShort(global), ...Object.fromEntries(named) };
}

describe('ory-actions.yaml', () => {
  test('ory-actions.yaml starts a verification after every method of sign-up, by a plain hook before the session', () => {
    const initiate = '/jumio/initiate initiate.jsonnet';
    const method = [initiate, 'session'];
    expect(lists('registration')).toEqual({
      global: [initiate],
      password: method,
      oidc: ['/eid/assurance assurance.jsonnet !', ...method],
      code: method,
      webauthn: method,
      passkey: method,
    });
  });

  test('ory-actions.yaml asks the gate after every method of sign-in, second factors included, and may interrupt there', () => {
    const gate = ['/jumio/validate validate.jsonnet !'];
    const methods = ['global', 'password', 'oidc', 'code', 'webauthn', 'passkey', 'totp', 'lookup_secret'];
    expect(lists('login')).toEqual(Object.fromEntries(methods.map((name) => [name, gate])));
  });

  test('ory-actions.yaml asks the gate after recovery, which never runs the hooks of sign-in', () => {
    expect(lists('recovery')).toEqual({ global: ['/jumio/validate validate-recovery.jsonnet !'] });
  });

  test('ory-actions.yaml reports a linked or unlinked eID by a plain hook', () => {
    expect(lists('settings')).toEqual({ global: [], oidc: ['/eid/link initiate.jsonnet'] });
  });

  test('ory-actions.yaml redirects to the verification after a sign-up', () => {
    expect(flows.registration.after).toMatchObject({ default_browser_return_url: '<PUBLIC_URL>/jumio/verify' });
  });

  test('ory-actions.yaml has the secret in every hook, quoted so that any secret stays a text', () => {
    const secret = { in: 'header', name: 'X-Webhook-Secret', value: '<ORY_WEBHOOK_SECRET>' };
    const named = ({ hooks: _global, ...methods }: z.infer<typeof after>): Hooks =>
      Object.values(methods).flatMap((value) => (typeof value === 'string' ? [] : value.hooks));
    const all = Object.values(flows).flatMap((flow) => [...flow.after.hooks, ...named(flow.after)]);
    const every = all.filter((entry) => entry.hook === 'web_hook');
    expect(every).toHaveLength(17);
    for (const entry of every) expect(entry).toMatchObject({ config: { auth: { type: 'api_key', config: secret } } });
    expect(text.match(/value: (?!"<ORY_WEBHOOK_SECRET>")/)).toBeNull();
  });

  test('ory-actions.yaml explains each of its placeholders in a comment', () => {
    const [comments, settings] = [/^#.*$/gm, /^[^#]*$/gm].map((lines) => (text.match(lines) ?? []).join('\n'));
    const used = new Set(settings?.match(/<[A-Z_]+>/g));
    expect(used).toEqual(new Set(comments?.match(/(?<=^# +)<[A-Z_]+>/gm)));
    expect(used.size).toBe(4);
  });
});
