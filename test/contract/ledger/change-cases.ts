import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Change, Snapshot } from '../../../webhook/model.ts';
import { meet, request, withIdentity, withVerification } from '../../../webhook/verification/record/record.ts';
import type { Database } from '../../support/service/databases.ts';
import { NOW, newcomer, nudgeOnce, openOn, outcomes, put, signUp } from './world.ts';

function begin(id: string) {
  return (found: Snapshot | undefined): Change | undefined =>
    found === undefined ? request(meet({ id }, NOW), randomUUID(), NOW) : undefined;
}

export function changeCases(database: Database): void {
  test('concurrent changes of one identity lose nothing', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    await Promise.all(Array.from({ length: 50 }, () => ledger.change(id, NOW, nudgeOnce)));
    expect((await ledger.snapshot(id))?.identity.nudges).toBe(50);
  });

  test('concurrent first changes of one identity make one row with one verification', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    const snapshots = await Promise.all(Array.from({ length: 20 }, () => ledger.change(id, NOW, begin(id))));
    const ids = snapshots.map((snapshot) => snapshot?.verifications.map((row) => row.id).join());
    expect(new Set(ids).size).toBe(1);
    expect((await ledger.events(id)).map(({ kind }) => kind)).toEqual(['requested']);
  });

  test('a change that has nothing to say writes nothing', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    expect(await ledger.change(id, NOW, () => undefined)).toBeUndefined();
    expect(await ledger.snapshot(id)).toBeUndefined();
    expect(await ledger.events(id)).toEqual([]);
  });

  test('a decision that fails takes its whole change with it', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const before = await ledger.snapshot(id);
    const broken = ledger.change(id, NOW, () => {
      throw new RangeError('a mistake of ours');
    });
    await expect(broken).rejects.toThrow(RangeError);
    expect(await ledger.snapshot(id)).toEqual(before);
  });

  test('an identity has one open verification at most, whoever tries', async () => {
    const ledger = await openOn(database);
    const snapshot = newcomer();
    await put(ledger, snapshot);
    const second = request(snapshot, randomUUID(), NOW).snapshot;
    await expect(put(ledger, second)).rejects.toThrow(/unique|verifications/i);
    expect((await ledger.snapshot(snapshot.identity.id))?.verifications).toHaveLength(1);
  });

  test('a renewal closes the old verification and opens the new one in one change', async () => {
    const ledger = await openOn(database);
    const snapshot = newcomer();
    await put(ledger, snapshot);
    const closed = withVerification(snapshot, snapshot.verifications[0]?.id ?? '', { state: 'expired' });
    const renewed = request(closed, randomUUID(), NOW).snapshot;
    await put(ledger, renewed);
    const states = (await ledger.snapshot(snapshot.identity.id))?.verifications.map(({ state }) => state);
    expect(states).toEqual(['expired', 'requested']);
  });

  test('an execution belongs to one verification', async () => {
    const ledger = await openOn(database);
    const executionId = randomUUID();
    const withExecution = () => {
      const snapshot = newcomer();
      return withVerification(snapshot, snapshot.verifications[0]?.id ?? '', { executionId });
    };
    expect(await outcomes([put(ledger, withExecution())])).toEqual(['kept']);
    await expect(put(ledger, withExecution())).rejects.toThrow(/unique|verifications/i);
  });

  test('finds an identity by its verification and by its execution', async () => {
    const ledger = await openOn(database);
    const snapshot = newcomer();
    const { id, identityId } = snapshot.verifications[0] ?? { id: '', identityId: '' };
    await put(ledger, withVerification(snapshot, id, { executionId: 'execution-1' }));
    expect(await ledger.identityOfVerification(id)).toBe(identityId);
    expect(await ledger.identityOfExecution('execution-1')).toBe(identityId);
    expect(await ledger.identityOfVerification(randomUUID())).toBeUndefined();
    expect(await ledger.identityOfExecution('execution-2')).toBeUndefined();
  });

  test('writes only where something is new, and returns what it wrote', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const written = await ledger.change(id, NOW, (found) => {
      if (found === undefined) throw new Error('it was just written');
      return { snapshot: withIdentity(found, { returnTo: 'https://app.example.com/' }) };
    });
    expect(written?.identity.returnTo).toBe('https://app.example.com/');
    expect(await ledger.snapshot(id)).toEqual(written);
  });
}
