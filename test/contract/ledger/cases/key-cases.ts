import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { LedgerDamaged } from '../../../../webhook/errors.ts';
import { type Ledger, openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { newIdentity, newVerification, updateVerification } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn, put } from '../world.ts';

const SECOND = 1_000;

const HOUR = 60 * MINUTE;

const DAY = 24 * HOUR;

const ROTATION = { by: 'ann', cookieLifetimeMs: DAY, leaked: false };

/** A key of two seconds ago may be in use: longer than that. */
const LEARNS = { timeout: 10_000, interval: 100 };

const hex = (keys: readonly Buffer[]): string[] => keys.map((key) => key.toString('hex'));

/** What migration 0012 adds to identities. */
const CONSOLE_COLUMNS = [
  'proposed_act',
  'proposed_reason',
  'proposed_note',
  'proposed_by',
  'proposed_at',
  'proposed_version',
  'taken_by',
  'taken_at',
];

/** What migration 0013 adds: triggers by their tables, tables and indexes. */
const DAYS = {
  triggers: {
    verifications: ['days_new_verification', 'days_verification'],
    identities: ['days_new_identity', 'days_identity', 'days_schema'],
  },
  tables: ['counted_days', 'changed_days'],
  indexes: ['identities_signed_up', 'verifications_requested_at'],
};

/** A ledger as the version before this one left it, with this key. */
async function ledgerOfBefore(database: Database, key: string): Promise<string> {
  const url = await database.fresh();
  await (await openLedger(url, NOW, normalize)).close();
  const door = await database.connectBeside(url);
  await door.run('drop table keys');
  const isPostgres = database.dialect === 'postgres';
  for (const [table, triggers] of Object.entries(DAYS.triggers))
    for (const trigger of triggers) {
      await door.run(`drop trigger ${trigger}${isPostgres ? ` on ${table}` : ''}`);
      if (isPostgres) await door.run(`drop function ${trigger}`);
    }
  for (const index of DAYS.indexes) await door.run(`drop index ${index}`);
  for (const table of DAYS.tables) await door.run(`drop table ${table}`);
  await door.run('alter table verifications drop column findings');
  for (const column of ['inherited_source', 'inherited_level'])
    await door.run(`alter table identities drop column ${column}`);
  for (const index of ['identities_taken', 'identities_proposed', 'verifications_account', 'events_operator'])
    await door.run(`drop index ${index}`);
  for (const name of CONSOLE_COLUMNS) await door.run(`alter table identities drop column ${name}`);
  await door.run("delete from ledger_migrations where name >= '0005'");
  await door.run(`update settings set value = '${key}' where name = 'reference_key'`);
  return url;
}

/** An attempt that was asked for at a time, with an execution that is still read. */
async function started(ledger: Ledger, requestedAt: number) {
  const id = randomUUID();
  const empty = newIdentity({ id }, requestedAt);
  const row = newVerification(empty, randomUUID(), requestedAt);
  const ids = { accountId: randomUUID(), executionId: randomUUID() };
  const record = { ...empty, verifications: [{ ...row, ...ids, state: 'started' as const }] };
  await put(ledger, record, requestedAt);
  return {
    settle: (now: number) =>
      put(ledger, updateVerification(record, row.id, { state: 'decided', decision: 'PASSED', readDue: null }), now),
  };
}

export function keyCases(database: Database): void {
  test('a ledger of before keeps its key for references and eID hashes, and gets another one for cookies', async () => {
    const key = randomBytes(32);
    const url = await ledgerOfBefore(database, key.toString('base64'));
    const ledger = await openOn(database, url);
    const { cookies, references } = await ledger.keys.ring(NOW);
    expect(hex([ledger.subjectKey, references.signing, ...references.accepted])).toEqual(hex([key, key, key]));
    expect(cookies).toHaveLength(1);
    expect(hex(cookies)).not.toEqual(hex([key]));
    const again = await openOn(database, url);
    expect(await again.keys.ring(NOW)).toEqual(await ledger.keys.ring(NOW));
  });

  const NO_KEYS: readonly [string, string][] = [
    ['empty', ''],
    ['of 16 bytes', randomBytes(16).toString('base64')],
    ['of 33 bytes', randomBytes(33).toString('base64')],
    ['no base64', `${randomBytes(32).toString('hex')}`],
    ['of 32 bytes with something behind it', `${randomBytes(32).toString('base64')}!`],
  ];

  test.each(NO_KEYS)('a ledger whose key is %s is refused in words that do not hold the key', async (_what, key) => {
    const places: readonly [string, string][] = [
      [`update settings set value = '${key}' where name = 'reference_key'`, 'reference_key'],
      [`update keys set secret = '${key}' where id = 'cookies-1'`, 'cookies-1'],
      [`update keys set secret = '${key}' where id = 'references-1'`, 'references-1'],
    ];
    for (const [statement, name] of places) {
      const url = await database.fresh();
      await (await openLedger(url, NOW, normalize)).close();
      await (await database.connectBeside(url)).run(statement);
      const refused = openLedger(url, NOW, normalize);
      await expect(refused).rejects.toBeInstanceOf(LedgerDamaged);
      await expect(refused).rejects.toThrow(new RegExp(`"${name}" must be 32 bytes in base64.*restore a backup`, 's'));
      if (key !== '') await expect(refused).rejects.not.toThrow(key);
    }
  });

  test('a ledger without its key is refused in words', async () => {
    const url = await database.fresh();
    await (await openLedger(url, NOW, normalize)).close();
    await (await database.connectBeside(url)).run("delete from settings where name = 'reference_key'");
    await expect(openLedger(url, NOW, normalize)).rejects.toThrow(/"reference_key".*it is missing.*restore a backup/s);
  });

  test('after a rotation the new keys count at once and sign ten seconds later, and the key of eID hashes stays', async () => {
    const ledger = await openOn(database);
    const before = await ledger.keys.ring(NOW);
    const subjectKey = hex([ledger.subjectKey]);
    await ledger.keys.rotate(NOW, ROTATION);
    const soon = await ledger.keys.ring(NOW + 9 * SECOND);
    expect(hex(soon.cookies)).toHaveLength(2);
    expect(hex(soon.cookies)[0]).toBe(hex(before.cookies)[0]);
    expect(soon.references.signing).toEqual(before.references.signing);
    expect(soon.references.accepted).toHaveLength(2);
    const later = await ledger.keys.ring(NOW + 10 * SECOND);
    expect(hex(later.cookies)).toEqual(hex(soon.cookies).reverse());
    expect(hex([later.references.signing])).not.toEqual(hex([before.references.signing]));
    expect(hex(later.references.accepted)).toEqual(hex([later.references.signing, before.references.signing]));
    expect(hex([ledger.subjectKey])).toEqual(subjectKey);
    const detail = { by: 'ann', leaked: false, cookies: 'cookies-2', references: 'references-2' };
    expect((await ledger.events(null)).map(({ kind, detail: seen }) => [kind, seen])).toEqual([
      ['keys_rotated', detail],
    ]);
  });

  test('the old key of cookies ends when no cookie of it can be in use any more', async () => {
    const ledger = await openOn(database);
    await ledger.keys.rotate(NOW, ROTATION);
    const end = NOW + 10 * SECOND + DAY;
    expect((await ledger.keys.ring(end - 1)).cookies).toHaveLength(2);
    expect((await ledger.keys.ring(end)).cookies).toHaveLength(1);
  });

  test('after a leak the old key of cookies counts no longer, and references of before are accepted', async () => {
    const ledger = await openOn(database);
    const before = await ledger.keys.ring(NOW);
    await ledger.keys.rotate(NOW, { ...ROTATION, leaked: true });
    const { cookies, references } = await ledger.keys.ring(NOW);
    expect(cookies).toHaveLength(1);
    expect(hex(cookies)).not.toEqual(hex(before.cookies));
    expect(hex(references.accepted)).toEqual(hex([references.signing, before.references.signing]));
  });

  test('a second rotation for a leak ends every older key of cookies, also one that was to end later', async () => {
    const ledger = await openOn(database);
    await ledger.keys.rotate(NOW, ROTATION);
    await ledger.keys.rotate(NOW + MINUTE, { ...ROTATION, leaked: true });
    expect((await ledger.keys.ring(NOW + MINUTE)).cookies).toHaveLength(1);
    const states = (await ledger.keys.list(NOW + MINUTE)).map(({ id, state }) => `${id} ${state}`);
    expect(states.sort()).toEqual([
      'cookies-1 ended',
      'cookies-2 ended',
      'cookies-3 signs',
      'references-1 accepted',
      'references-2 accepted',
      'references-3 signs',
    ]);
  });

  test('another replica learns of a rotation within seconds', async () => {
    const url = await database.fresh();
    const [one, other] = [await openOn(database, url), await openOn(database, url)];
    await one.keys.rotate(NOW, ROTATION);
    await vi.waitFor(async () => expect((await other.keys.ring(NOW)).cookies).toHaveLength(2), LEARNS);
    expect(await other.keys.ring(NOW + MINUTE)).toEqual(await one.keys.ring(NOW + MINUTE));
  });

  test('the old key of references is accepted until the last execution of before is settled, and known for good', async () => {
    const url = await database.fresh();
    const ledger = await openOn(database, url);
    const attempt = await started(ledger, NOW - MINUTE);
    await ledger.keys.rotate(NOW, ROTATION);
    await started(ledger, NOW + MINUTE);
    const accepted = async (now: number): Promise<string[]> => {
      const replica = await openOn(database, url, now);
      const openedAt = performance.now();
      // Its first look at what is still needed.
      await vi.waitFor(async () => {
        await replica.keys.ring(now);
        expect(performance.now()).toBeGreaterThan(openedAt + 2 * SECOND);
      }, LEARNS);
      return (await replica.keys.list(now)).filter(({ state }) => state === 'accepted').map(({ id }) => id);
    };
    expect(await accepted(NOW + 2 * HOUR)).toContain('references-1');
    expect((await ledger.keys.list(NOW + 2 * HOUR)).find(({ id }) => id === 'references-1')?.waitsFor).toBe(1);
    await attempt.settle(NOW + 2 * HOUR);
    expect(await accepted(NOW + 2 * HOUR)).not.toContain('references-1');
    const last = await openOn(database, url, NOW + 3 * HOUR);
    const { references } = await last.keys.ring(NOW + 3 * HOUR);
    expect([references.accepted.length, references.all.length]).toEqual([1, 2]);
    expect((await last.events(null)).map(({ kind, detail }) => [kind, detail]).at(-1)).toEqual([
      'key_ended',
      { key: 'references-1' },
    ]);
  });
}
