import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { newIdentity, updateIdentity } from '../../../webhook/verification/record/record.ts';
import { openOn, put, signUp } from '../../contract/ledger/world.ts';
import { runCli } from '../../support/clients/cli.ts';
import { createFakeKratos, kratosFails } from '../../support/fakes/kratos.ts';
import { postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const DATABASES = (await whyNoPostgres()) ? [sqlite] : [sqlite, postgres];

const BORN = Date.UTC(2024, 4, 1);

/** A rate that limits nothing; the rate has tests of its own. */
const FAST = ['backfill', '--rate', '1000', '--page-size', '2', '--json'];

describe.each(DATABASES)('backfill on $dialect', (database) => {
  async function world(size = 5) {
    const clock = createShiftedClock();
    const databaseUrl = await database.fresh();
    const ledger = await openOn(database, databaseUrl, clock.now());
    const kratos = createFakeKratos();
    const ids = Array.from({ length: size }, () => randomUUID()).sort();
    for (const id of ids) kratos.identities.push({ id, schemaId: 'person', createdAt: BORN, metadataPublic: null });
    const run = (...args: string[]) => runCli({ clock, databaseUrl, kratos }, [...FAST, ...args]);
    const shows = (n: number, metadataPublic: object): void => {
      kratos.identities[n] = { id: ids[n] ?? '', metadataPublic };
    };
    return { clock, ledger, kratos, ids, run, shows };
  }

  it('backfill writes the missing rows, with the standing of the published copy, and makes nothing due', async () => {
    const { ledger, ids, run, shows } = await world();
    shows(1, { jumio: { status: 'rejected' } });
    shows(2, { jumio_verification_status: 'verified' });
    shows(3, { jumio: { status: 'pending' } });
    const { code, out } = await run();
    const inherited = { approved: 1, review: 0, rejected: 1 };
    expect({ code, result: JSON.parse(out) }).toEqual({
      code: 0,
      result: { seen: 5, new: 5, inherited, dry_run: false },
    });
    const rows = await Promise.all(ids.map((id) => ledger.record(id)));
    expect(rows.map((row) => row?.identity.status)).toEqual(['none', 'rejected', 'approved', 'none', 'none']);
    expect(rows.map((row) => row?.identity.inherited)).toEqual([null, 'rejected', 'approved', null, null]);
    expect(rows[0]).toMatchObject({
      identity: { schemaId: 'person', kratosCreatedAt: BORN, revocation: 'none' },
      verifications: [],
    });
    expect(await ledger.nextDue(jobs)).toEqual([]);
    expect(await ledger.events(null)).toMatchObject([{ kind: 'backfilled', detail: { seen: 5, made: 5 } }]);
  });

  it('backfill leaves existing rows and tombstones unchanged; a repeat writes nothing', async () => {
    const { clock, ledger, ids, kratos, run } = await world(2);
    const signedUp = await signUp(ledger, clock.now());
    kratos.identities.push({ id: signedUp, metadataPublic: { jumio: { status: 'approved' } } });
    const erased = updateIdentity(newIdentity({ id: ids[0] ?? '', inherited: 'rejected' }, 1), {
      erasedAt: clock.now(),
    });
    await put(ledger, erased, clock.now());
    const before = [await ledger.record(signedUp), await ledger.record(ids[0] ?? '')];
    expect(JSON.parse((await run()).out)).toMatchObject({ seen: 3, new: 1 });
    expect([await ledger.record(signedUp), await ledger.record(ids[0] ?? '')]).toEqual(before);
    expect(JSON.parse((await run()).out)).toMatchObject({ seen: 3, new: 0 });
  });

  it('backfill in a dry run only counts', async () => {
    const { ledger, ids, run, kratos } = await world();
    expect(JSON.parse((await run('--dry-run')).out)).toMatchObject({ seen: 5, new: 5, dry_run: true });
    for (const id of ids) expect(await ledger.record(id)).toBeUndefined();
    expect(await ledger.bulkInsert.mark()).toBeUndefined();
    expect(await ledger.events(null)).toEqual([]);
    expect(kratos.calls.list).toEqual([undefined, '2', '4']);
  });

  it('an interrupted backfill resumes with its counts, or from the beginning on request', async () => {
    const { kratos, run } = await world();
    const real = createFakeKratosList(kratos);
    kratos.instead.list = (size, from) =>
      from === '4' ? kratosFails({ operation: 'list', status: 403 }) : real.list(size, from);
    const failed = await run();
    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.err).toContain('kratos list: status 403');
    kratos.instead.list = undefined;
    kratos.calls.list.length = 0;
    expect(JSON.parse((await run()).out)).toMatchObject({ seen: 5, new: 5 });
    expect(kratos.calls.list).toEqual(['4']);
    kratos.calls.list.length = 0;
    await run();
    expect(kratos.calls.list).toEqual([undefined, '2', '4']);
  });

  it('backfill restarts if Kratos no longer knows its page token, or on request', async () => {
    const { ledger, kratos, run } = await world();
    await ledger.bulkInsert.insert([], 0, () => JSON.stringify({ seen: 400, made: 0, from: 'of-another-kratos' }));
    const real = createFakeKratosList(kratos);
    kratos.instead.list = (size, from) =>
      from === 'of-another-kratos' ? kratosFails({ operation: 'list', status: 400 }) : real.list(size, from);
    expect(JSON.parse((await run()).out)).toMatchObject({ seen: 5, new: 5 });
    await ledger.bulkInsert.insert([], 0, () => JSON.stringify({ seen: 2, made: 0, from: '2' }));
    kratos.calls.list.length = 0;
    await run('--restart');
    expect(kratos.calls.list[0]).toBeUndefined();
  });

  it('backfill gives up if Kratos repeatedly refuses the page token that it issued', async () => {
    const { kratos, run } = await world();
    const real = createFakeKratosList(kratos);
    kratos.instead.list = (size, from) =>
      from === undefined ? real.list(size, from) : kratosFails({ operation: 'list', status: 400 });
    expect((await run()).code).toBe(1);
  });

  it('backfill retries a failed page, and waits as long as Kratos asks', async () => {
    const { kratos, run } = await world();
    const real = createFakeKratosList(kratos);
    const starts: number[] = [];
    kratos.instead.list = async (size, from) => {
      starts.push(performance.now());
      if (starts.length === 1) return kratosFails({ operation: 'list', status: 503 });
      if (starts.length === 2) return kratosFails({ operation: 'list', status: 429, retryAfter: 300 });
      return { ...(await real.list(size, from)), pause: 200 };
    };
    expect(JSON.parse((await run()).out)).toMatchObject({ seen: 5, new: 5 });
    const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
    expect(gaps).toHaveLength(4);
    for (const [n, least] of [249, 299, 199, 199].entries()) expect(gaps[n]).toBeGreaterThanOrEqual(least);
  });
});

/** The answers of the fake, for a test that replaces some of them. */
function createFakeKratosList({ identities: all }: ReturnType<typeof createFakeKratos>) {
  const other = createFakeKratos();
  other.identities.push(...all);
  return other;
}

describe('backfill limits and options', () => {
  it('backfill calls at most as often as its rate allows', async () => {
    const databaseUrl = await sqlite.fresh();
    await (await openOn(sqlite, databaseUrl)).probe(0);
    const kratos = createFakeKratos();
    for (let n = 0; n < 8; n += 1) kratos.identities.push({ id: randomUUID(), metadataPublic: null });
    const started = performance.now();
    const args = ['backfill', '--rate', '10', '--page-size', '1', '--dry-run'];
    const { out } = await runCli({ clock: createShiftedClock(), databaseUrl, kratos }, args);
    expect(performance.now() - started).toBeGreaterThanOrEqual(700);
    expect(out).toContain('8 identities in Kratos, 8 of them new: would be written.');
  });

  it('backfill waits while another process locks the file', async () => {
    const databaseUrl = await sqlite.fresh();
    const ledger = await openOn(sqlite, databaseUrl);
    const kratos = createFakeKratos();
    kratos.identities.push({ id: randomUUID(), metadataPublic: null });
    const connection = await sqlite.connectBeside(databaseUrl);
    await connection.run('begin immediate');
    setTimeout(() => void connection.run('rollback'), 600);
    const { code, out } = await runCli({ clock: createShiftedClock(), databaseUrl, kratos }, FAST);
    expect({ code, result: JSON.parse(out) }).toMatchObject({ code: 0, result: { new: 1 } });
    expect(await ledger.bulkInsert.mark()).toBeUndefined();
  });

  it.each([
    ['--page-size', '0'],
    ['--page-size', '501'],
    ['--rate', '0'],
    ['--rate', 'fast'],
  ])('backfill with the invalid option %s %s is a usage error', async (option, value) => {
    const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };
    expect((await runCli(beside, ['backfill', option, value])).code).toBe(2);
  });
});
