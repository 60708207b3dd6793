import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { newSignUp, openOn, signUp } from '../../contract/ledger/world.ts';
import { runCli } from '../../support/clients/cli.ts';
import { createFakeKratos } from '../../support/fakes/kratos.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const noPostgres = await whyNoPostgres();

if (noPostgres) console.log(`the commands on PostgreSQL: ${noPostgres}`);

const DATABASES = noPostgres ? [sqlite] : [sqlite, postgres];

const DAY = 86_400_000;

/** Writes `count` events in one transaction. */
async function note(ledger: Ledger, at: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => ({ kind: 'noted', detail: { n } }));
  await ledger.change(randomUUID(), at, () => ({ record: newSignUp(at), events }));
}

interface Line {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly identity: string | null;
}

function parsed(out: string): Line[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe.skipIf(noPostgres)('export on postgres, of events that are committed out of their order', () => {
  it('export waits for open transactions, so that resuming after the last id misses no event', async () => {
    const clock = createShiftedClock();
    const databaseUrl = await postgres.fresh();
    const ledger = await openOn(postgres, databaseUrl, clock.now());
    const connection = await postgres.connectBeside(databaseUrl);
    await connection.run('begin');
    await connection.run(`insert into events (at, kind, detail) values (${clock.now()}, 'slow', '{}')`);
    await note(ledger, clock.now(), 2);
    const exported = runCli({ clock, databaseUrl }, ['export']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await note(ledger, clock.now(), 1);
    await connection.run('commit');
    const seen = parsed((await exported).out);
    expect(seen.map(({ kind }) => kind)).toEqual(['slow', 'noted', 'noted']);
    const rest = parsed((await runCli({ clock, databaseUrl }, ['export', '--after', String(seen.at(-1)?.id)])).out);
    expect(rest).toHaveLength(1);
  });
});

describe.each(DATABASES)('export on $dialect', (database) => {
  async function world() {
    const clock = createShiftedClock();
    const databaseUrl = await database.fresh();
    const ledger = await openOn(database, databaseUrl, clock.now());
    return { clock, databaseUrl, ledger };
  }

  it('export prints every event once, oldest first, also beyond a page', async () => {
    const { ledger, ...beside } = await world();
    await note(ledger, beside.clock.now(), 1_203);
    const { code, out } = await runCli(beside, ['export']);
    const ids = parsed(out).map(({ id }) => id);
    expect(code).toBe(0);
    expect(ids).toHaveLength(1_203);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('export resumes after the last id', async () => {
    const { ledger, ...beside } = await world();
    await note(ledger, beside.clock.now(), 3);
    const seen = parsed((await runCli(beside, ['export'])).out);
    await note(ledger, beside.clock.now(), 2);
    const rest = parsed((await runCli(beside, ['export', '--after', String(seen.at(-1)?.id)])).out);
    expect(rest).toHaveLength(2);
    expect(parsed((await runCli(beside, ['export'])).out)).toEqual([...seen, ...rest]);
  });

  it('export can be limited to a time and to one identity', async () => {
    const { ledger, ...beside } = await world();
    const now = beside.clock.now();
    await note(ledger, now - 3 * DAY, 2);
    await note(ledger, now - DAY, 1);
    const id = await signUp(ledger, now);
    await ledger.change(id, now, (record) => record && { record, events: [{ kind: 'met' }] });
    expect(parsed((await runCli(beside, ['export', '--since', '2d'])).out)).toHaveLength(2);
    expect(parsed((await runCli(beside, ['export', '--identity', id])).out)).toMatchObject([{ identity: id }]);
  });

  it('export of an identity without events says so, and exits with 1', async () => {
    const { ledger, ...beside } = await world();
    await signUp(ledger, beside.clock.now());
    const id = randomUUID();
    const missing = await runCli(beside, ['export', '--identity', id]);
    expect(missing).toMatchObject({ code: 1, out: '', err: `No event of ${id} was found.\n` });
  });

  it('export of a quiet time says so, and is done', async () => {
    const { ledger, ...beside } = await world();
    await note(ledger, beside.clock.now(), 1);
    const rest = await runCli(beside, ['export', '--after', '1']);
    expect(rest).toMatchObject({ code: 0, out: '', err: 'No event was found.\n' });
  });

  it('export takes the e-mail address of an identity, and prints no byte of it', async () => {
    const { ledger, ...beside } = await world();
    const id = await signUp(ledger, beside.clock.now());
    await ledger.change(id, beside.clock.now(), (record) => record && { record, events: [{ kind: 'met' }] });
    const kratos = createFakeKratos(() => beside.clock.now());
    kratos.identifiers.set(CANARIES.email, id);
    const { code, out, err } = await runCli({ ...beside, kratos }, ['export', '--identity', CANARIES.email]);
    expect([code, parsed(out).map(({ identity }) => identity)]).toEqual([0, [id]]);
    expect(findCanaries(out + err)).toEqual([]);
  });
});

describe('usage errors of every command', () => {
  it('a command with invalid arguments prints the mistake, and exits with 2', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };
    for (const args of [[], ['no-such-command'], ['export', '--since', 'yesterday'], ['export', '--after', 'x']]) {
      const { code, out, err } = await runCli(beside, args);
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(err).not.toBe('');
    }
  });

  it('a command without a ledger makes none', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };
    const { code, err } = await runCli(beside, ['export']);
    expect(code).toBe(1);
    expect(err).toContain('There is no ledger at /nowhere/ledger.sqlite');
  });

  it('a command at a ledger of a newer version says so in words, without a stack', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: await sqlite.fresh() };
    await openOn(sqlite, beside.databaseUrl);
    const door = await sqlite.connectBeside(beside.databaseUrl);
    await door.run("insert into ledger_migrations (name, timestamp) values ('9999_newest', '2099')");
    const { code, out, err } = await runCli(beside, ['export']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^Nothing was changed: the ledger was changed by a newer version .*9999_newest.*\.\n$/);
  });

  it('a command with invalid variables names each, and prints no value of a secret', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: 'nonsense' };
    const { code, err } = await runCli(beside, ['export'], { env: { JUMIO_CLIENT_ID: '' } });
    expect(code).toBe(2);
    expect(err).toContain('DATABASE_URL');
    expect(err).toContain('JUMIO_CLIENT_ID');
  });
});
