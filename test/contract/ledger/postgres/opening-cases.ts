import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { postgres } from '../../../support/service/databases.ts';
import { NOW, openOn, signUp } from '../world.ts';

export function openingPostgresCases(): void {
  test('five replicas that start at the same time create one ledger', async () => {
    const url = await postgres.fresh();
    const replicas = await Promise.all([1, 2, 3, 4, 5].map((n) => openOn(postgres, url, NOW + n)));
    expect(replicas.map(({ origin }) => origin).sort()).toEqual(['made', 'opened', 'opened', 'opened', 'opened']);
    expect(new Set(replicas.map(({ subjectKey }) => subjectKey.toString('hex'))).size).toBe(1);
    const made = replicas.findIndex(({ origin }) => origin === 'made');
    expect(new Set(replicas.map(({ createdAt }) => createdAt))).toEqual(new Set([NOW + made + 1]));
  });

  test('ledgers in two schemas of one database are independent', async () => {
    const [one, other] = [await postgres.fresh(), await postgres.fresh()];
    await openOn(postgres, one);
    expect((await openOn(postgres, other)).origin).toBe('made');
    expect((await openOn(postgres, one)).origin).toBe('opened');
  });

  test('a schema of another application that is dropped meanwhile does not fail the opening', async () => {
    const connection = await postgres.connectBeside(await postgres.fresh());
    let isOver = false;
    const churn = async () => {
      while (!isOver) {
        const schema = `other_${randomUUID().replaceAll('-', '')}`;
        await connection.run(`create schema ${schema} create table things (id serial, name text)`);
        await connection.run(`drop schema ${schema} cascade`);
      }
    };
    const churning = churn();
    try {
      for (let n = 0; n < 10; n += 1) expect((await openOn(postgres, await postgres.fresh())).origin).toBe('made');
    } finally {
      isOver = true;
      await churning;
    }
  });

  test('a ledger in another schema of the search path counts for nothing', async () => {
    const [other, own] = [await postgres.unused(NOW), await postgres.fresh()];
    const [, theirs = ''] = /search_path%3D(\w+)/.exec(other) ?? [];
    expect((await openOn(postgres, own.replace(/(search_path%3D\w+)/, `$1,${theirs}`))).origin).toBe('made');
  });

  test('migrations of another application in the same schema are ignored', async () => {
    const url = await postgres.fresh();
    const connection = await postgres.connectBeside(url);
    await connection.run('create table kysely_migration (name text primary key, timestamp text not null)');
    await connection.run(`insert into kysely_migration values ('2020_theirs', 'long ago')`);
    expect((await openOn(postgres, url)).origin).toBe('made');
  });

  test('replicas of one database are in one epoch, and a database that was restored from a dump begins the next one', async () => {
    const named = new URL(await postgres.fresh());
    named.searchParams.set('application_name', `epoch-${randomUUID()}`);
    const url = named.href.replaceAll('+', '%20');
    const [one, other] = [await openOn(postgres, url), await openOn(postgres, url)];
    expect([one.epoch, other.epoch]).toEqual([1, 1]);
    const id = await signUp(one);
    const door = await postgres.connectBeside(url);
    // What a restore of a dump does: the same rows in another table. Its connections are gone.
    await door.run('create table restored (like settings including all)');
    await door.run('insert into restored select * from settings');
    await door.run('drop table settings');
    await door.run('alter table restored rename to settings');
    await door.run(`select pg_terminate_backend(pid)::text from pg_stat_activity
      where application_name = '${named.searchParams.get('application_name')}' and pid <> pg_backend_pid()`);
    await expect
      .poll(async () =>
        one.gate(id).then(
          (row) => row?.uncomparedSince,
          () => null,
        ),
      )
      .not.toBeNull();
    await one.probe(NOW);
    expect(one.epoch).toBe(2);
    expect((await openOn(postgres, url)).epoch).toBe(2);
  });

  test('a database that does not exist is refused with a clear error', async () => {
    const url = new URL(await postgres.fresh());
    url.pathname = '/no_such_database';
    await expect(openLedger(url.href, NOW, normalize)).rejects.toThrow(/no_such_database/);
  });
}
