import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import { newIdentity, requestVerification } from '../../../../webhook/verification/record/record.ts';
import { postgres } from '../../../support/service/databases.ts';
import { claim, countReadRequest, NOW, openOn, signUp } from '../world.ts';

async function twoReplicas(): Promise<[Ledger, Ledger]> {
  const url = await postgres.fresh();
  return [await openOn(postgres, url), await openOn(postgres, url)];
}

function alternating(replicas: readonly Ledger[], times: number, act: (ledger: Ledger) => Promise<unknown>) {
  return Promise.all(Array.from({ length: times }, (_, n) => act(replicas[n % replicas.length] ?? failed())));
}

function failed(): never {
  throw new Error('there is no such replica');
}

/** The time after which PostgreSQL checks for a deadlock and cancels one of the waiting transactions. */
const DEADLOCK_MS = 1_000;

export function changePostgresCases(): void {
  test('concurrent changes of one identity from two replicas lose nothing', async () => {
    const replicas = await twoReplicas();
    const id = await signUp(replicas[0]);
    await alternating(replicas, 50, (ledger) => ledger.change(id, NOW, countReadRequest));
    expect((await replicas[1].record(id))?.identity.readRequests).toBe(50);
  });

  test('concurrent first changes of one identity from two replicas create one row', async () => {
    const replicas = await twoReplicas();
    for (let round = 0; round < 5; round += 1) {
      const id = randomUUID();
      await alternating(replicas, 20, (ledger) =>
        ledger.change(id, NOW, (found) =>
          found ? undefined : requestVerification(newIdentity({ id }, NOW), randomUUID(), NOW),
        ),
      );
      expect((await replicas[0].record(id))?.verifications).toHaveLength(1);
      expect(await replicas[1].events(id)).toHaveLength(1);
    }
  });

  test('a change waits for a write of another replica, and continues from its result', async () => {
    const url = await postgres.fresh();
    const ledger = await openOn(postgres, url);
    const id = await signUp(ledger);
    const connection = await postgres.connectBeside(url);
    await connection.run('begin');
    await connection.run(`update identities set lease = 7, read_requests = 5 where id = '${id}'`);
    const changing = ledger.change(id, NOW, countReadRequest);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.run('commit');
    await changing;
    expect((await ledger.record(id))?.identity).toMatchObject({ lease: 7, readRequests: 6 });
  });

  test('changes beside claims and pauses of two replicas neither deadlock nor lose an update', async () => {
    const replicas = await twoReplicas();
    const ids = await Promise.all(Array.from({ length: 20 }, () => signUp(replicas[0])));
    const { budgets } = replicas[0];
    const changes = ids.flatMap((id) => replicas.map((ledger) => ledger.change(id, NOW, countReadRequest)));
    const claims = Array.from({ length: 10 }, (_, n) => claim(replicas[n % 2] ?? failed(), NOW + n));
    const ctx = [budgets.stop('a test', NOW), budgets.cleared(NOW), budgets.refused('a test', NOW, true)];
    await Promise.all([...changes, ...claims, ...ctx]);
    const readRequests = await Promise.all(
      ids.map(async (id) => (await replicas[1].record(id))?.identity.readRequests),
    );
    expect(readRequests).toEqual(ids.map(() => 2));
  });

  test('clearing a stop waits for a claim in progress, and returns no token', async () => {
    const url = await postgres.fresh();
    const ledger = await openOn(postgres, url);
    await ledger.budgets.stop('a reason', NOW);
    const connection = await postgres.connectBeside(url);
    await connection.run('begin');
    await connection.run('select pg_advisory_xact_lock(7243001)');
    await connection.run(`update budgets set tokens = 0 where name = 'account'`);
    const clearing = ledger.budgets.cleared(NOW);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.run('commit');
    await clearing;
    expect(await connection.run('select tokens, reason from budgets')).toEqual([{ tokens: 0, reason: null }]);
  });

  test('clearing a stop and a change of a refused verification do not deadlock', async () => {
    const url = await postgres.fresh();
    const ledger = await openOn(postgres, url);
    const id = await signUp(ledger);
    const connection = await postgres.connectBeside(url);
    await connection.run(`update verifications set create_refused = true, read_due = ${NOW + 1}`);
    await connection.run(`update identities set jumio_due = ${NOW + 1}`);
    await ledger.budgets.stop('a reason', NOW);
    await connection.run('begin');
    await connection.run(`select id from identities where id = '${id}' for update`);
    const clearing = ledger.budgets.cleared(NOW);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await connection.run(`update verifications set reads = 7 where identity_id = '${id}'`);
    expect(performance.now() - start).toBeLessThan(DEADLOCK_MS);
    await connection.run('commit');
    await clearing;
    expect((await ledger.record(id))?.verifications).toMatchObject([{ readDue: NOW, reads: 7 }]);
  });
}
