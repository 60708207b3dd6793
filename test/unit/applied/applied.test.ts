import { describe, expect, it } from 'vitest';
import { appliedNow, differencesOf, settingsInForce } from '../../../webhook/applied/applied.ts';
import { localAddress } from '../../../webhook/applied/ask.ts';
import { newSecret, secretFile } from '../../support/events/shop.ts';
import { config, MINIMAL, WITH_TWILIO } from '../../support/service/environment.ts';

const ROTATED = 'webhook-secret-2,webhook-secret-1';

describe('what a process applies', () => {
  it('it holds no secret, and a fingerprint of each value in their order', () => {
    const { secrets } = settingsInForce(config({ ORY_WEBHOOK_SECRET: ROTATED }));
    const [first] = settingsInForce(config({})).secrets.ORY_WEBHOOK_SECRET ?? [];
    expect(secrets.ORY_WEBHOOK_SECRET).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), first]);
    expect(secrets).toMatchObject({ HANDOVER_SECRET: [], ORY_API_KEY: [], JUMIO_CLIENT_SECRET: [expect.any(String)] });
    for (const [name, value] of Object.entries(MINIMAL))
      if (/SECRET/.test(name)) expect(JSON.stringify(secrets)).not.toContain(value);
  });

  it('the secret of Twilio is among them, as that of Jumio is', () => {
    const here = settingsInForce(config(WITH_TWILIO));
    expect(JSON.stringify(here)).not.toContain(WITH_TWILIO.TWILIO_API_SECRET);
    const running = settingsInForce(config({ ...WITH_TWILIO, TWILIO_API_SECRET: 'another-secret-of-twilio' }));
    expect(differencesOf(running, here)).toEqual([
      {
        what: 'secret',
        name: 'TWILIO_API_SECRET',
        running: expect.stringMatching(/^[0-9a-f]{8}$/),
        here: here.secrets.TWILIO_API_SECRET?.[0],
      },
    ]);
  });

  it('two processes with the same configuration do not differ', () => {
    expect(differencesOf(settingsInForce(config({})), settingsInForce(config({})))).toEqual([]);
  });

  it('a difference names the variable and both sides', () => {
    const running = settingsInForce(config({ GATE_MODE: 'shadow', ORY_WEBHOOK_SECRET: ROTATED }));
    const here = settingsInForce(
      config({ POLICY: '{ rules: [{ then: block }] }', DECISION_SECRET: 'decision-secret1' }),
    );
    expect(differencesOf(running, here)).toEqual([
      { what: 'policy', name: 'POLICY', running: running.policy, here: here.policy },
      { what: 'mode', name: 'GATE_MODE', running: 'shadow', here: 'enforce' },
      {
        what: 'secret',
        name: 'ORY_WEBHOOK_SECRET',
        running: running.secrets.ORY_WEBHOOK_SECRET?.join(', '),
        here: here.secrets.ORY_WEBHOOK_SECRET?.join(', '),
      },
      { what: 'secret', name: 'DECISION_SECRET', running: 'not set', here: here.secrets.DECISION_SECRET?.join(', ') },
    ]);
  });
});

describe('the endpoints of signed events', () => {
  const URL_WITH_SECRET = 'https://shop.example.com/hooks?token=canary-of-the-url';
  const withEndpoints = (...endpoints: object[]) =>
    settingsInForce(config({ WEBHOOKS: JSON.stringify({ endpoints }) }));
  const types = ['verification.approved'];

  it('each is told by name, types and fingerprint, without its address or secret', () => {
    const secret = newSecret();
    const { endpoints } = withEndpoints({
      name: 'shop',
      url: URL_WITH_SECRET,
      types,
      secret_files: [secretFile(secret)],
    });
    const fingerprint = expect.stringMatching(/^[0-9a-f]{8}$/);
    expect(endpoints).toEqual([{ name: 'shop', types, fingerprint, stopped: null }]);
    for (const canary of [secret, secret.slice(6), 'shop.example.com', 'canary'])
      expect(JSON.stringify(endpoints)).not.toContain(canary);
  });

  it('whether it is stopped is what the ledger says; a ledger that cannot be read says nothing', async () => {
    const inForce = withEndpoints(
      { name: 'shop', url: URL_WITH_SECRET, secret_files: [secretFile()] },
      { name: 'crm', url: URL_WITH_SECRET, secret_files: [secretFile()] },
      { name: 'new', url: URL_WITH_SECRET, secret_files: [secretFile()] },
    );
    const stored = async () => [
      { name: 'shop', stoppedAt: 5 },
      { name: 'crm', stoppedAt: null },
    ];
    const stoppedOf = async (read: () => Promise<Awaited<ReturnType<typeof stored>>>) =>
      (await appliedNow(inForce, read)).endpoints?.map(({ stopped }) => stopped);
    expect(await stoppedOf(stored)).toEqual([true, false, null]);
    expect(await stoppedOf(() => Promise.reject(new Error('locked')))).toEqual([null, null, null]);
    const none = settingsInForce(config({}));
    expect(await appliedNow(none, () => Promise.reject(new Error('never asked')))).toBe(none);
  });

  it('another address, secret or type is a difference, and whether it is stopped is none', () => {
    const path = secretFile();
    const shop = { name: 'shop', url: 'https://shop.example.com/', types, secret_files: [path] };
    const here = withEndpoints(shop);
    const [only] = here.endpoints;
    const stopped = here.endpoints.map((one) => ({ ...one, stopped: true }));
    expect(differencesOf({ ...here, endpoints: stopped }, here)).toEqual([]);
    const others: object[] = [
      { ...shop, url: 'https://shop.example.com/other' },
      { ...shop, secret_files: [secretFile()] },
      { ...shop, types: ['verification.erased'] },
    ];
    for (const other of others)
      expect(differencesOf(withEndpoints(other), here)).toMatchObject([
        { what: 'endpoint', name: 'WEBHOOKS, endpoint shop', here: only?.fingerprint },
      ]);
    expect(differencesOf(withEndpoints({ ...shop, name: 'crm' }), here)).toMatchObject([
      { name: 'WEBHOOKS, endpoint crm', here: 'not configured' },
      { name: 'WEBHOOKS, endpoint shop', running: 'not configured' },
    ]);
  });

  it('a service of before it knew them is not said to differ', () => {
    const here = withEndpoints({ name: 'shop', url: URL_WITH_SECRET, secret_files: [secretFile()] });
    const { endpoints: _, ...before } = here;
    expect(differencesOf(before, here)).toEqual([]);
  });
});

describe('the address of the running service', () => {
  it.each([
    [{}, 'http://127.0.0.1:3000'],
    [{ PORT: '8080', HOST: '0.0.0.0' }, 'http://127.0.0.1:8080'],
    [{ PORT: '8080', HOST: '10.1.2.3' }, 'http://10.1.2.3:8080'],
    [{ HOOKS_PORT: '3001', HOOKS_HOST: '::1' }, 'http://[::1]:3001'],
    [{ HOOKS_PORT: '3001', HOST: '10.1.2.3' }, 'http://10.1.2.3:3001'],
    [{ PORT: '0' }, undefined],
  ])('with %j it is %s', (env, expected) => {
    expect(localAddress(config(env))).toBe(expected);
  });
});
