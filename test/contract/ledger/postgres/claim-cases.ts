import { expect, test } from 'vitest';
import { postgres } from '../../../support/service/databases.ts';
import { claim, idsOf, NOW, openOn, signUp } from '../world.ts';

export function claimPostgresCases(): void {
  test('two replicas that claim at the same time never claim the same identity', async () => {
    const url = await postgres.fresh();
    const replicas = [await openOn(postgres, url), await openOn(postgres, url)];
    const [first] = replicas;
    if (first === undefined) throw new Error('there are two');
    const ids = await Promise.all(Array.from({ length: 60 }, () => signUp(first)));
    const slots = { create: 10, read: 10, publish: 10 };
    const rounds = Array.from({ length: 4 }, () => replicas.map((ledger) => claim(ledger, NOW, { slots })));
    const claimed = (await Promise.all(rounds.flat())).flatMap(idsOf);
    expect(claimed).toHaveLength(60);
    expect(new Set(claimed)).toEqual(new Set(ids));
  });

  test('two replicas that claim at the same time share the budget', async () => {
    const url = await postgres.fresh();
    const replicas = [await openOn(postgres, url), await openOn(postgres, url)];
    const [first] = replicas;
    if (first === undefined) throw new Error('there are two');
    await Promise.all(Array.from({ length: 40 }, () => signUp(first, NOW, { kratosDue: null })));
    const rate = { perSecond: 1, burst: 5 };
    const rates = { account: rate, retrieval: rate };
    const rounds = Array.from({ length: 5 }, () => replicas.map((ledger) => claim(ledger, NOW, { rates })));
    expect((await Promise.all(rounds.flat())).flatMap(idsOf)).toHaveLength(5);
  });

  test('a row that is locked by a writer is skipped, not awaited', async () => {
    const url = await postgres.fresh();
    const ledger = await openOn(postgres, url);
    const [held, free] = [await signUp(ledger), await signUp(ledger)];
    const connection = await postgres.connectBeside(url);
    await connection.run('begin');
    await connection.run(`select id from identities where id = '${held}' for update`);
    expect(idsOf(await claim(ledger))).toEqual([free]);
    await connection.run('rollback');
    expect(idsOf(await claim(ledger))).toEqual([held]);
  });
}
