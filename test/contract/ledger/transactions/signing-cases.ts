import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createSigningKeys } from '../../../../webhook/signing/keys.ts';
import type { Database } from '../../../support/service/databases.ts';
import { NOW, openOn } from '../world.ts';

const HOUR = 3_600_000;

const DAY = 24 * HOUR;

async function twoReplicas(database: Database) {
  const url = await database.fresh();
  const ledgers = [await openOn(database, url), await openOn(database, url)] as const;
  const [first, second] = ledgers;
  return {
    ledger: first,
    /** Newly opened, so that it has read nothing. */
    one: () => createSigningKeys(first.transactions),
    other: () => createSigningKeys(second.transactions),
  };
}

/** In no order: keys of one moment have none. */
const statesOf = (infos: readonly { readonly state: string }[] = []): string[] =>
  infos.map(({ state }) => state).sort();

/** Rules for the keys of approvals. A `createSigningKeys` of its own reads the ledger at its first use. */
export function signingCases(database: Database): void {
  test('the first key is made at its first use, by one of two replicas, and signs at once', async () => {
    const { ledger, one, other } = await twoReplicas(database);
    expect(await ledger.transactions.signingKeys()).toEqual([]);
    const replicas = [one(), other(), one(), other(), one(), other()];
    const published = await Promise.all(replicas.map((keys) => keys.published(NOW)));
    expect(new Set(published.map((list) => list.map(({ kid }) => kid).join())).size).toBe(1);
    expect(statesOf(await one().list(NOW))).toEqual(['signs']);
    expect((await ledger.events(null)).map(({ kind }) => kind)).toEqual(['signing_key_made']);
  });

  test('whoever comes while the first key is being made waits for it', async () => {
    const { transactions } = await openOn(database);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const changeSigningKeys: typeof transactions.changeSigningKeys = async (now, change) => {
      ask();
      await released;
      return transactions.changeSigningKeys(now, change);
    };
    const keys = createSigningKeys({ signingKeys: () => transactions.signingKeys(), changeSigningKeys });
    const first = keys.published(NOW);
    await asked;
    const later = Promise.all([keys.published(NOW), keys.sign({}, 'x', NOW)]);
    release();
    const [published, token] = await later;
    expect(published).toEqual(await first);
    expect(published.map(({ kid }) => kid)).toEqual([decodeProtectedHeader(token).kid]);
  });

  test('what one replica signs, the published keys of the other verify, and nothing secret is published', async () => {
    const { one, other } = await twoReplicas(database);
    const token = await one().sign({ jti: 'code' }, 'approval+jwt', NOW);
    const published = await other().published(NOW);
    expect(Object.keys(published[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const options = { typ: 'approval+jwt', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: published }), options);
    expect(payload).toEqual({ jti: 'code' });
  });

  test('the next key is made once, 48 hours before it signs, and the one before stays for 7 days', async () => {
    const { one, other } = await twoReplicas(database);
    const [first] = await one().published(NOW);
    const due = NOW + 88 * DAY;
    expect(await one().published(due - 1)).toHaveLength(1);
    const published = await Promise.all([one(), other(), one(), other()].map((keys) => keys.published(due)));
    expect(published.map((list) => list.length)).toEqual([2, 2, 2, 2]);
    const next = published[0]?.find(({ kid }) => kid !== first?.kid);
    const kidAt = async (now: number) => decodeProtectedHeader(await other().sign({}, 'x', now)).kid;
    expect(await kidAt(due + 48 * HOUR - 1)).toBe(first?.kid);
    expect(await kidAt(due + 48 * HOUR)).toBe(next?.kid);
    expect(await one().published(due + 48 * HOUR + 7 * DAY - 1)).toHaveLength(2);
    expect((await one().published(due + 48 * HOUR + 7 * DAY)).map(({ kid }) => kid)).toEqual([next?.kid]);
  });

  test('a revoked key is out at once, and the next or a new one signs', async () => {
    const { ledger, one, other } = await twoReplicas(database);
    const operator = one();
    const [first] = await operator.published(NOW);
    const rotated = await operator.rotate(NOW, { by: 'ann', leaked: false });
    expect(statesOf(rotated)).toEqual(['next', 'signs']);
    expect(statesOf(await operator.rotate(NOW, { by: 'ann', leaked: false }))).toEqual(['next', 'signs']);
    const [, next] = rotated;
    expect(statesOf(await operator.revoke(NOW, first?.kid ?? '', 'ann'))).toEqual(['revoked', 'signs']);
    expect((await other().published(NOW)).map(({ kid }) => kid)).toEqual([next?.kid]);
    expect(await operator.revoke(NOW, first?.kid ?? '', 'ann')).toBeUndefined();
    expect(await operator.revoke(NOW, 'unknown', 'ann')).toBeUndefined();
    expect(statesOf(await operator.revoke(NOW, next?.kid ?? '', 'ann'))).toEqual(['revoked', 'revoked', 'signs']);
    const kinds = (await ledger.events(null)).map(({ kind }) => kind);
    expect(kinds.slice(1)).toEqual(['signing_keys_rotated', 'signing_key_revoked', 'signing_key_revoked']);
  });

  test('a key that was revoked signs no more, also in a replica that has just signed with it', async () => {
    const { one, other } = await twoReplicas(database);
    const [serving, operator] = [one(), other()];
    const kidOf = async () => decodeProtectedHeader(await serving.sign({}, 'x', NOW)).kid;
    const first = await kidOf();
    const infos = await operator.revoke(NOW, first ?? '', 'ann');
    expect(await kidOf()).toBe(infos?.find(({ state }) => state === 'signs')?.kid);
  });

  test('revoking the key that would sign next leaves the one that signs', async () => {
    const { one, other } = await twoReplicas(database);
    const operator = one();
    await operator.published(NOW);
    const [first, next] = await operator.rotate(NOW, { by: 'ann', leaked: false });
    await operator.revoke(NOW, next?.kid ?? '', 'ann');
    const later = await other().list(NOW + 60 * DAY);
    expect(later.find(({ state }) => state === 'signs')).toMatchObject({ kid: first?.kid, publishedUntil: null });
  });

  test('after a leak every key of before is out, and a new one signs at once', async () => {
    const { one, other } = await twoReplicas(database);
    const operator = one();
    await operator.published(NOW);
    await operator.rotate(NOW, { by: 'ann', leaked: false });
    expect(statesOf(await operator.rotate(NOW, { by: 'ann', leaked: true }))).toEqual(['revoked', 'revoked', 'signs']);
    expect(await other().published(NOW)).toHaveLength(1);
  });
}
