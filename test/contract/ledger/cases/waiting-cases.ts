import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { CaseQuery } from '../../../../webhook/ledger/reports/cases.ts';
import type { Identity, Verification } from '../../../../webhook/model.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, newSignUp, openOn, put } from '../world.ts';

/** An identity of which Jumio decided at a time, with some columns of its own. */
async function decided(
  ledger: Ledger,
  decision: Verification['decision'],
  at: number,
  patch: (identity: Identity) => Partial<Identity> = () => ({}),
): Promise<string> {
  const { identity, verifications } = newSignUp(at);
  const rows = verifications.map((row) => ({
    ...row,
    state: 'decided' as const,
    decision,
    completedAt: at,
    readDue: null,
    accountId: randomUUID(),
    executionId: randomUUID(),
  }));
  const saved = await put(ledger, { identity, verifications: rows }, at);
  if (saved === undefined) throw new Error('it is saved');
  await put(ledger, { ...saved, identity: { ...saved.identity, ...patch(saved.identity) } }, at);
  return identity.id;
}

/** A proposal about what stands now. */
function proposed(at: number) {
  return ({ version }: Identity): Partial<Identity> => ({
    proposedAct: 'approve',
    proposedReason: 'seen-in-person',
    proposedBy: 'ann',
    proposedAt: at,
    proposedVersion: version,
  });
}

async function waiting(ledger: Ledger, query: Partial<CaseQuery> = {}): Promise<string[]> {
  const found = await ledger.cases.waiting({ takenSince: NOW, proposedSince: NOW - MINUTE, limit: 100, ...query });
  return found.map(({ identity }) => identity);
}

export function waitingCases(database: Database): void {
  test('what waits on an operator is warnings, inherited reviews and proposals about anybody, the oldest first and each once', async () => {
    const ledger = await openOn(database);
    const warned = await decided(ledger, 'WARNING', NOW + 2);
    const inherited = newSignUp(NOW + 1);
    const { identity } = inherited;
    await put(ledger, { verifications: [], identity: { ...identity, inherited: 'review' } }, NOW + 1);
    const both = await decided(ledger, 'WARNING', NOW + 3, proposed(NOW + 4));
    const rejected = await decided(ledger, 'FAILED', NOW, proposed(NOW + 5));
    await decided(ledger, 'PASSED', NOW);
    await decided(ledger, 'PASSED', NOW - MINUTE, proposed(NOW - MINUTE));
    expect(await waiting(ledger)).toEqual([identity.id, warned, both, rejected]);
    expect(await ledger.cases.countWaiting(NOW - MINUTE)).toBe(4);
    expect(await waiting(ledger, { only: 'warning' })).toEqual([warned, both]);
    expect(await waiting(ledger, { only: 'inherited' })).toEqual([identity.id]);
    expect(await waiting(ledger, { only: 'proposed' })).toEqual([both, rejected]);
    expect(await waiting(ledger, { before: NOW + 2 })).toEqual([identity.id, warned]);
  });

  test('pages behind a place have neither gaps nor repeats, also where many have waited equally long', async () => {
    const ledger = await openOn(database);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await decided(ledger, 'WARNING', NOW + (n % 2)));
    for (let n = 0; n < 4; n += 1) ids.push(await decided(ledger, 'PASSED', NOW - 1, proposed(NOW + (n % 2))));
    const seen: string[] = [];
    for (let after: CaseQuery['after']; ; ) {
      const page = await ledger.cases.waiting({ takenSince: NOW, proposedSince: NOW - MINUTE, limit: 2, after });
      seen.push(...page.map(({ identity }) => identity));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last;
    }
    expect(seen).toHaveLength(ids.length);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  test('the acts that two must decide are kept for commands, in place of those of before', async () => {
    const ledger = await openOn(database);
    expect(await ledger.secondPerson.kept()).toEqual([]);
    for (const acts of [['approve', 'reject'], ['reject'], []]) {
      await ledger.secondPerson.keep(acts);
      expect(await ledger.secondPerson.kept()).toEqual(acts);
    }
  });
}
