import { hash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
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
