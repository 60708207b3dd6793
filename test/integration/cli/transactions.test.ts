import { hash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { signUp } from '../../support/service/eventually.ts';
import { BANK, bank, WITH_TRANSACTIONS } from '../../support/transactions/bank.ts';

const NOBODY = randomUUID();

describe('transactions', () => {
  it('show prints a transaction and its attempts, and neither amount, payee nor account', async () => {
    const service = await bank();
    const sub = randomUUID();
    const id = await service.record({ sub, reference: 'order-1' });
    await service.answer(id, 'wrong');
    await service.answer(id, 'right');
    await service.consume(id, 'key');
    const { code, out } = await runCli(service, ['transactions', 'show', id.toUpperCase()]);
    expect(code).toBe(0);
    for (const shown of [id, sub, BANK.id, 'consumed', 'order-1', 'a-session', 'abandoned', 'passed'])
      expect(out).toContain(shown);
    const { out: document } = await runCli(service, ['transactions', 'show', id, '--json']);
    expect(JSON.parse(document)).toMatchObject({
      transaction: id,
      payer: sub,
      state: 'consumed',
      jti: expect.any(String),
      attempts: expect.arrayContaining([expect.objectContaining({ factor: 'sms', state: 'passed', checks: 1 })]),
    });
    expect(findCanaries(out + document)).toEqual([]);
    for (const secret of ['50.00', 'DE02', 'pay/return']) expect(out + document).not.toContain(secret);
  });

  it('show of an unknown id is a wrong argument', async () => {
    const service = await bank();
    expect((await runCli(service, ['transactions', 'show', NOBODY])).code).toBe(2);
  });

  it('list prints those of a payer as they are now, and unblock lifts a block once', async () => {
    const service = await bank();
    service.clock.stop();
    const sub = randomUUID();
    const [failed, expired] = [await service.record({ sub }), await service.record({ sub, expires_in: 60 })];
    for (let failure = 1; failure <= 5; failure += 1) await service.answer(failed, 'wrong');
    service.clock.advance(61_000);
    const listed = await runCli(service, ['transactions', 'list', sub]);
    expect([listed.code, listed.err]).toEqual([0, expect.stringContaining('blocked until')]);
    const line = (id: string) => listed.out.split('\n').find((text) => text.startsWith(id));
    expect([line(failed), line(expired)]).toEqual([
      expect.stringContaining(' failed '),
      expect.stringContaining(' expired '),
    ]);
    const document = JSON.parse((await runCli(service, ['transactions', 'list', sub, '--json'])).out);
    expect(document).toMatchObject({ payer: sub, blocked_until: expect.any(String) });

    expect((await runCli(service, ['transactions', 'unblock', sub, '--by', 'carol'])).code).toBe(0);
    expect((await runCli(service, ['transactions', 'unblock', sub, '--by', 'carol'])).code).toBe(1);
    expect((await runCli(service, ['transactions', 'list', sub])).err).toContain('not blocked, 0 failure(s)');
    expect((await service.ctx.ledger.events(sub)).at(-1)).toMatchObject({
      kind: 'txn_unblocked',
      detail: { by: 'carol' },
    });
    expect((await runCli(service, ['transactions', 'unblock', sub])).code).toBe(2);
  });

  it('status shows the block of a payer and what is open, and nothing of payments where there is none', async () => {
    const service = await bank();
    service.clock.stop();
    const id = randomUUID();
    await signUp(service, id);
    expect((await runCli(service, ['status', id])).out).not.toContain('Payments');
    const [open, approved] = [await service.record({ sub: id }), await service.record({ sub: id })];
    await service.answer(approved, 'right');
    await service.answer(await service.record({ sub: id }), 'wrong');
    const shown = (await runCli(service, ['status', id])).out;
    expect(shown).toContain('Not blocked, 1 failure(s) in a row.');
    for (const [one, state] of [
      [open, 'open'],
      [approved, 'approved'],
    ])
      expect(shown).toMatch(new RegExp(`${one} +bank-web +${state} `));
    for (let failure = 2; failure <= 5; failure += 1) await service.answer(open, 'wrong');
    expect((await runCli(service, ['status', id])).out).toContain('Blocked until');
    const { payments } = JSON.parse((await runCli(service, ['status', id, '--json'])).out);
    expect(payments).toMatchObject({ blocked_until: expect.any(String), failures: 5 });
    expect(payments.open.map(({ transaction }: { transaction: string }) => transaction)).toContain(approved);
    expect(payments.open.map(({ transaction }: { transaction: string }) => transaction)).not.toContain(open);
    service.clock.advance(31 * 60_000);
    const later = JSON.parse((await runCli(service, ['status', id, '--json'])).out).payments;
    expect(later).toEqual({ blocked_until: null, failures: 0, open: [] });
  });

  it('erase clears what was not consumed, says what it keeps, and clears that too with --with-approvals', async () => {
    const service = await bank();
    const sub = randomUUID();
    await signUp(service, sub);
    const [open, paid] = [await service.record({ sub }), await service.record({ sub })];
    await service.answer(paid, 'right');
    await service.consume(paid, 'key');
    const details = async (id: string) => (await service.ctx.ledger.transactions.find(id))?.details ?? null;
    const erase = ['erase', sub, '--by', 'ann', '--yes'];
    const dry = (await runCli(service, ['erase', sub, '--by', 'ann', '--dry-run'])).out;
    expect(dry).toContain('Of its payments 1 are cleared; 1 that were paid are kept until their retention ends');
    expect(await details(open)).not.toBeNull();
    expect((await runCli(service, erase)).out).toContain('Of its payments 1 are cleared; 1 that were paid are kept');
    expect([await details(open), await details(paid)]).toEqual([null, expect.any(String)]);
    expect((await service.ask('GET', `/transactions/${open}`)).json()).toMatchObject({ status: 'cancelled' });
    const { out } = await runCli(service, [...erase, '--with-approvals', '--json']);
    expect(JSON.parse(out)).toMatchObject({ payments: { cleared: 1, kept: 0 } });
    expect(await details(paid)).toBeNull();
    expect((await runCli(service, erase)).out).not.toContain('payments');
  });

  it('erase clears the payments of somebody whom neither the ledger nor Kratos knows', async () => {
    const service = await bank();
    const id = await service.record({ sub: NOBODY });
    service.kratos.instead.read = () => kratosFails({ operation: 'read', code: 'identity-not-found', status: 404 });
    const ran = await runCli(service, ['erase', NOBODY, '--by', 'ann', '--yes']);
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('is unknown. Of its payments 1 are cleared')]);
    expect(await service.ctx.ledger.transactions.find(id)).toMatchObject({ details: null });
    expect((await runCli(service, ['erase', NOBODY, '--by', 'ann', '--yes'])).code).toBe(2);
  });

  it('erase says what it keeps of somebody whom neither the ledger nor Kratos knows', async () => {
    const service = await bank();
    const id = await service.record({ sub: NOBODY });
    await service.answer(id, 'right');
    await service.consume(id, 'key');
    service.kratos.instead.read = () => kratosFails({ operation: 'read', code: 'identity-not-found', status: 404 });
    const ran = await runCli(service, ['erase', NOBODY, '--by', 'ann', '--yes']);
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('0 are cleared; 1 that were paid are kept')]);
  });

  it('client prints a secret of 32 random bytes and its hash, as TRANSACTIONS takes it', async () => {
    const service = await bank();
    const [one, other] = [
      JSON.parse((await runCli(service, ['transactions', 'client', '--json'])).out),
      JSON.parse((await runCli(service, ['transactions', 'client', '--json'])).out),
    ];
    expect(one.secret).toMatch(/^[\w-]{43}$/);
    expect(one.secret).not.toBe(other.secret);
    expect(one.secret_hash).toBe(`sha256:${hash('sha256', one.secret, 'hex')}`);
    const { out, err } = await runCli(service, ['transactions', 'client']);
    expect(out).toMatch(/^secret: +[\w-]{43}\nsecret_hashes: +\[sha256:[0-9a-f]{64}\]\n$/);
    expect(err).toContain('stored nowhere');
  });
});

describe('keys of approvals', () => {
  it('keys list has them, keys rotate makes the next one, keys revoke withdraws one, and none prints a key', async () => {
    const service = await bank();
    const keysOf = async () => (await service.app.inject('/.well-known/jwks.json')).json().keys;
    const [first] = await keysOf();
    const run = (...args: string[]) => runCli(service, ['keys', ...args], { env: WITH_TRANSACTIONS });
    const states = (out: string): [string, string][] =>
      [...out.matchAll(/^(\S+) +approvals +\S+ \S+ +(.*)$/gm)].map(([, kid = '', state = '']) => [kid, state]);

    const { out } = await run('list');
    expect(states(out)).toEqual([[first.kid, 'signs']]);
    const rotated = await run('rotate', '--by', 'carol');
    const [next, state] = states(rotated.out).at(1) ?? ['', ''];
    expect(state).toMatch(/^published, signs from .*Z$/);
    const revoked = await run('revoke', first.kid, '--by', 'carol');
    expect(revoked.code).toBe(0);
    expect(new Map(states(revoked.out)).get(next)).toBe('signs');
    expect(new Map(states(revoked.out)).get(first.kid)).toMatch(/^revoked .*Z$/);
    expect((await run('revoke', first.kid, '--by', 'carol')).code).toBe(2);
    expect((await run('revoke', next)).code).toBe(2);

    const document = (await run('list', '--json')).out;
    expect(JSON.parse(document).keys).toContainEqual(
      expect.objectContaining({ key: next, use: 'approvals', state: 'signs' }),
    );
    const rows = await service.ctx.ledger.transactions.signingKeys();
    for (const { privateJwk } of rows)
      expect(out + rotated.out + revoked.out + document).not.toContain(JSON.parse(privateJwk).d);
  });

  it('keys rotate of a ledger without payments makes none', async () => {
    const service = await bank();
    const { out } = await runCli(service, ['keys', 'rotate', '--by', 'carol', '--leaked']);
    expect(out).not.toContain('approvals');
    expect(await service.ctx.ledger.transactions.signingKeys()).toEqual([]);
  });
});
