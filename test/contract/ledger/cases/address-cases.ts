import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Context } from '../../../../webhook/verification/context.ts';
import { issueLink, type LinkOptions, redeemLink } from '../../../../webhook/verification/person/one-time-link.ts';
import type { Database } from '../../../support/service/databases.ts';
import { createInMemoryContext } from '../../../support/service/in-memory-context.ts';
import { MINUTE, NOW, openOn, signUp } from '../world.ts';

const TEN_MINUTES: LinkOptions = { purpose: 'handover' };

/** The context of a replica, `later` milliseconds after NOW. */
function at(ledger: Ledger, later = 0): Context {
  return { ...createInMemoryContext(undefined).ctx, ledger, clock: { now: () => NOW + later } };
}

async function issue(ledger: Ledger, identityId: string, terms: Partial<LinkOptions> = {}, later = 0): Promise<string> {
  const options = { ...TEN_MINUTES, ...terms };
  return (await issueLink(at(ledger, later), { identityId, inherited: null }, options)).token;
}

async function kinds(ledger: Ledger, identityId: string) {
  const events = await ledger.events(identityId);
  return events.filter(({ kind }) => kind.startsWith('address')).map(({ kind, detail }) => [kind, detail]);
}

export function addressCases(database: Database): void {
  test('a one-time link can be redeemed once, and returns its purpose and return URL', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const token = await issue(ledger, id, { purpose: 'way-on', returnTo: 'https://app.example.com/a' });
    expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const address = { identityId: id, purpose: 'way-on', returnTo: 'https://app.example.com/a' };
    expect(await redeemLink(at(ledger), token)).toMatchObject(address);
    expect(await redeemLink(at(ledger), token)).toBeUndefined();
    const detail = { purpose: 'way-on' };
    expect(await kinds(ledger, id)).toEqual([
      ['address_issued', detail],
      ['address_used', detail],
    ]);
  });

  test('a one-time link redeemed twenty times at once at two replicas is accepted once', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)];
    const [first] = replicas;
    if (first === undefined) throw new Error('it was just opened');
    const id = await signUp(first);
    const doors = database.dialect === 'postgres' ? replicas : [first];
    for (let round = 0; round < 3; round += 1) {
      const token = await issue(first, id);
      const tries = Array.from({ length: 20 }, (_, n) => redeemLink(at(doors[n % doors.length] ?? first), token));
      const letIn = (await Promise.all(tries)).filter((found) => found !== undefined);
      expect(letIn).toHaveLength(1);
    }
    expect((await kinds(first, id)).filter(([kind]) => kind === 'address_used')).toHaveLength(3);
  });

  test('a one-time link ends with its lifetime, to the millisecond', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const [good, late] = [await issue(ledger, id), await issue(ledger, id)];
    expect(await redeemLink(at(ledger, 10 * MINUTE - 1), good)).toBeDefined();
    expect(await redeemLink(at(ledger, 10 * MINUTE), late)).toBeUndefined();
  });

  test('a one-time link is replaced by a newer one with the same key only', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const [older, other, none] = [
      await issue(ledger, id, { onlyOneFor: 'flow-1' }),
      await issue(ledger, id, { onlyOneFor: 'flow-2' }),
      await issue(ledger, id),
    ];
    const otherPurpose = await issue(ledger, id, { onlyOneFor: 'flow-1', purpose: 'way-on' });
    const newer = await issue(ledger, id, { onlyOneFor: 'flow-1' });
    expect(await redeemLink(at(ledger), older)).toBeUndefined();
    for (const token of [other, none, otherPurpose, newer]) expect(await redeemLink(at(ledger), token)).toBeDefined();
  });

  test('of several one-time links made at once with the same key only one is valid', async () => {
    const ledger = await openOn(database);
    const ids = await Promise.all(Array.from({ length: 10 }, () => signUp(ledger)));
    const tokens = await Promise.all(ids.map((id) => issue(ledger, id, { onlyOneFor: 'flow' })));
    const found = await Promise.all(tokens.map((token) => redeemLink(at(ledger), token)));
    expect(found.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test('an unknown or malformed one-time link is refused', async () => {
    const ledger = await openOn(database);
    const token = await issue(ledger, await signUp(ledger));
    for (const wrong of ['', 'A'.repeat(22), `${token} `, token.slice(1), `${token.slice(0, -1)}'`, '\0'.repeat(22)])
      expect(await redeemLink(at(ledger), wrong), wrong).toBeUndefined();
  });

  test('a one-time link is stored as a hash only', async () => {
    const url = await database.fresh();
    const ledger = await openOn(database, url);
    const token = await issue(ledger, await signUp(ledger), { onlyOneFor: 'flow' });
    const connection = await database.connectBeside(url);
    const rows = [
      ...(await connection.run('select * from one_time_links')),
      ...(await connection.run('select * from events')),
    ];
    expect(rows.length).toBeGreaterThan(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('a one-time link for an unknown identity creates a row that inherits the published copy', async () => {
    const ledger = await openOn(database);
    const identityId = randomUUID();
    await issueLink(at(ledger), { identityId, inherited: 'rejected' }, TEN_MINUTES);
    const made = await ledger.record(identityId);
    expect(made?.identity).toMatchObject({ inherited: 'rejected', standing: 'rejected' });
    expect(made?.verifications).toEqual([]);
    await issueLink(at(ledger), { identityId, inherited: 'approved' }, TEN_MINUTES);
    expect(await ledger.record(identityId)).toEqual(made);
  });

  test('expired one-time links are deleted, a hundred at a time', async () => {
    const url = await database.fresh();
    const ledger = await openOn(database, url);
    const id = await signUp(ledger);
    await redeemLink(at(ledger), await issue(ledger, id));
    const connection = await database.connectBeside(url);
    const row = (n: number) => `('${n}', '${id}', 'handover', ${NOW}, ${NOW + 10 * MINUTE})`;
    const rows = Array.from({ length: 119 }, (_, n) => row(n)).join();
    await connection.run(`insert into one_time_links (hash, identity_id, purpose, made_at, ends_at) values ${rows}`);
    const left = async () => (await connection.run('select hash from one_time_links')).length;
    await issue(ledger, id, {}, 10 * MINUTE);
    expect(await left()).toBe(21);
    await issue(ledger, id, {}, 10 * MINUTE);
    expect(await left()).toBe(2);
  });
}
