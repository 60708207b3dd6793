import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { adminCall, patchIdentity } from '../admin.ts';
import { newPerson, type World } from '../world.ts';

const [NUMBER, OTHER] = ['+4915200000001', '+4915200000002'];

const session = z.object({
  id: z.string(),
  authentication_methods: z.array(z.object({ method: z.string(), completed_at: z.iso.datetime({ offset: true }) })),
  identity: z.object({ verifiable_addresses: z.array(z.looseObject({ value: z.string(), via: z.string() })) }),
});

function verified(number: string, at: string) {
  const address = { value: number, via: 'sms', verified: true, status: 'completed', verified_at: at };
  return [
    { op: 'add', path: '/traits/phone', value: number },
    { op: 'add', path: '/verifiable_addresses/-', value: address },
  ];
}

/** What the approval of a payment reads of Kratos, and how an operator verifies a number. */
export function payerCases(world: () => World): void {
  async function payer() {
    const { kratos } = world();
    const [person, browser] = [newPerson(), createBrowser()];
    const { identityId = '' } = await signUp(kratos, person, { as: 'browser', browser });
    const read = async () => {
      const url = `${kratos.publicUrl}/sessions/whoami`;
      const answer = session.parse((await browser.get(url, { headers: { accept: 'application/json' } })).json());
      return { ...answer, phones: answer.identity.verifiable_addresses.filter(({ via }) => via === 'sms') };
    };
    return { person, browser, identityId, read };
  }

  test('an operator verifies a phone number by one patch, and whoami says since when', async () => {
    const { identityId, read } = await payer();
    const at = '2026-01-02T03:04:05Z';
    expect((await patchIdentity(world(), identityId, verified(NUMBER, at))).status).toBe(200);
    const { phones } = await read();
    expect(phones).toMatchObject([{ id: expect.any(String), value: NUMBER, verified: true }]);
    expect(Date.parse(String(phones[0]?.verified_at))).toBe(Date.parse(at));
  });

  test('another phone number takes the place of the verified one at once, and is not verified', async () => {
    const { identityId, read } = await payer();
    await patchIdentity(world(), identityId, verified(NUMBER, '2026-01-02T03:04:05Z'));
    await patchIdentity(world(), identityId, [{ op: 'add', path: '/traits/phone', value: OTHER }]);
    expect((await read()).phones).toMatchObject([{ value: OTHER, verified: false }]);
  });

  test('a session says when the password was entered, and the admin API when it was set', async () => {
    const { person, browser, identityId, read } = await payer();
    const { authentication_methods: methods } = await read();
    expect(methods.map(({ method }) => method)).toEqual(['password']);
    expect(Math.abs(Date.now() - Date.parse(methods[0]?.completed_at ?? ''))).toBeLessThan(60_000);
    const { credentials } = z
      .object({ credentials: z.object({ password: z.object({ updated_at: z.iso.datetime({ offset: true }) }) }) })
      .parse((await adminCall(world(), 'GET', `${identityId}?include_credential=passkey`)).json());
    expect(Math.abs(Date.now() - Date.parse(credentials.password.updated_at))).toBeLessThan(60_000);
    await signIn(world().kratos, person, { as: 'browser', browser, refresh: true });
    const entries = (await read()).authentication_methods.map(({ completed_at: at }) => Date.parse(at));
    expect(Math.max(...entries)).toBeGreaterThan(Date.parse(methods[0]?.completed_at ?? ''));
  });
}
