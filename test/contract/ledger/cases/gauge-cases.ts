import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Status } from '../../../../webhook/model.ts';
import { jobs } from '../../../../webhook/verification/jobs.ts';
import type { Database } from '../../../support/service/databases.ts';
import { addStarted, MINUTE, NOW, newSignUp, openOn, put, signUp } from '../world.ts';

const RATES = { account: { perSecond: 1, burst: 5 }, retrieval: { perSecond: 15, burst: 15 } };

/** The counts of all pages together, and how many pages there were. */
async function counted(ledger: Ledger) {
  const counts = new Map<Status, number>();
  let oldest: number | null = null;
  let pages = 0;
  for await (const page of ledger.reports.statusCounts()) {
    pages += 1;
    for (const { status, count, oldest: first } of page) {
      counts.set(status, (counts.get(status) ?? 0) + count);
      if (first !== null) oldest = Math.min(oldest ?? first, first);
    }
  }
  return { counts: Object.fromEntries(counts), oldest, pages };
}

export function gaugeCases(database: Database): void {
  test('what is due of each job is counted, with the time since when; what is due later is not', async () => {
    const ledger = await openOn(database);
    await signUp(ledger, NOW - MINUTE, { kratosDue: NOW + MINUTE });
    await signUp(ledger, NOW - 2 * MINUTE, { kratosDue: null });
    await addStarted(ledger, NOW + 1);
    const before = await ledger.backlog(jobs, NOW);
    expect(before.find(({ job }) => job === 'create')).toEqual({ job: 'create', due: 2, since: NOW - 2 * MINUTE });
    expect(before.find(({ job }) => job === 'read')).toEqual({ job: 'read', due: 0, since: null });
    const later = await ledger.backlog(jobs, NOW + MINUTE);
    expect(later.find(({ job }) => job === 'read')).toEqual({ job: 'read', due: 1, since: NOW + 1 });
    expect(later.find(({ job }) => job === 'publish')?.due).toBeGreaterThan(0);
    expect(later.map(({ job }) => job)).toEqual(jobs.map(({ name }) => name));
  });

  test('identities are counted by status over all pages, each once', async () => {
    const ledger = await openOn(database);
    expect(await counted(ledger)).toEqual({ counts: {}, oldest: null, pages: 1 });
    const people = Array.from({ length: 1_000 }, () => newSignUp(NOW, randomUUID()));
    // PostgreSQL refuses those that wait for a connection for too long.
    for (let from = 0; from < people.length; from += 100)
      await Promise.all(people.slice(from, from + 100).map((record) => put(ledger, record)));
    expect(await counted(ledger)).toEqual({ counts: { pending: 1_000 }, oldest: null, pages: 2 });
    const inReview = newSignUp(NOW);
    await put(ledger, { ...inReview, identity: { ...inReview.identity, inherited: 'review' } });
    expect(await counted(ledger)).toEqual({ counts: { pending: 1_000, review: 1 }, oldest: NOW, pages: 2 });
  });

  test('the calls that a budget has left are those of its rate, and none while it is paused', async () => {
    const ledger = await openOn(database);
    expect(await ledger.budgets.levels(RATES, NOW)).toEqual({ account: 5, retrieval: 15 });
    await ledger.budgets.pause('retrieval', NOW, MINUTE);
    expect(await ledger.budgets.levels(RATES, NOW + 1)).toEqual({ account: 5, retrieval: 0 });
    expect((await ledger.budgets.levels(RATES, NOW + MINUTE)).retrieval).toBe(15);
  });
}
