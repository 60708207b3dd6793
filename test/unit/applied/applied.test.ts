import { describe, expect, it } from 'vitest';
import { differencesOf, settingsInForce } from '../../../webhook/applied/applied.ts';
import { localAddress } from '../../../webhook/applied/ask.ts';
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
