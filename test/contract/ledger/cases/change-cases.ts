import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Change, IdentityRecord } from '../../../../webhook/model.ts';
import {
  newIdentity,
  requestVerification,
  updateIdentity,
  updateVerification,
} from '../../../../webhook/verification/record/record.ts';
import { applied } from '../../../support/builders/applied.ts';
import type { Database } from '../../../support/service/databases.ts';
import { countReadRequest, NOW, newSignUp, openOn, outcomes, put, signUp } from '../world.ts';

function requestFirst(id: string) {
  return (found: IdentityRecord | undefined): Change | undefined =>
    found === undefined ? applied(requestVerification(newIdentity({ id }, NOW), randomUUID(), NOW), NOW) : undefined;
}

export function changeCases(database: Database): void {
  test('concurrent changes of one identity lose nothing', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    await Promise.all(Array.from({ length: 50 }, () => ledger.change(id, NOW, countReadRequest)));
    expect((await ledger.record(id))?.identity.readRequests).toBe(50);
  });

  test('concurrent first changes of one identity create one row with one verification', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    const records = await Promise.all(Array.from({ length: 20 }, () => ledger.change(id, NOW, requestFirst(id))));
    const ids = records.map((record) => record?.verifications.map((row) => row.id).join());
    expect(new Set(ids).size).toBe(1);
    expect((await ledger.events(id)).map(({ kind }) => kind)).toEqual(['requested']);
  });

  test('a change without content writes nothing', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    expect(await ledger.change(id, NOW, () => undefined)).toBeUndefined();
    expect(await ledger.record(id)).toBeUndefined();
    expect(await ledger.events(id)).toEqual([]);
  });

  test('a change whose function throws is rolled back', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const before = await ledger.record(id);
    const broken = ledger.change(id, NOW, () => {
      throw new RangeError('a mistake of ours');
    });
    await expect(broken).rejects.toThrow(RangeError);
    expect(await ledger.record(id)).toEqual(before);
  });

  test('an identity has at most one open verification, also with a second writer', async () => {
    const ledger = await openOn(database);
    const record = newSignUp();
    await put(ledger, record);
    const second = applied(requestVerification(record, randomUUID(), NOW), NOW).record;
    await expect(put(ledger, second)).rejects.toThrow(/unique|verifications/i);
    expect((await ledger.record(record.identity.id))?.verifications).toHaveLength(1);
  });

  test('a renewal closes the old verification and opens the new one in one change', async () => {
    const ledger = await openOn(database);
    const record = newSignUp();
    await put(ledger, record);
    const closed = updateVerification(record, record.verifications[0]?.id ?? '', { state: 'expired' });
    const renewed = applied(requestVerification(closed, randomUUID(), NOW), NOW).record;
    await put(ledger, renewed);
    const states = (await ledger.record(record.identity.id))?.verifications.map(({ state }) => state);
    expect(states).toEqual(['expired', 'requested']);
  });

  test('an execution belongs to one verification only', async () => {
    const ledger = await openOn(database);
    const executionId = randomUUID();
    const withExecution = () => {
      const record = newSignUp();
      return updateVerification(record, record.verifications[0]?.id ?? '', { executionId });
    };
    expect(await outcomes([put(ledger, withExecution())])).toEqual(['kept']);
    await expect(put(ledger, withExecution())).rejects.toThrow(/unique|verifications/i);
  });

  test('an identity is found by its execution', async () => {
    const ledger = await openOn(database);
    const record = newSignUp();
    const { id, identityId } = record.verifications[0] ?? { id: '', identityId: '' };
    await put(ledger, updateVerification(record, id, { executionId: 'execution-1' }));
    expect(await ledger.identityOfExecution('execution-1')).toBe(identityId);
    expect(await ledger.identityOfExecution('execution-2')).toBeUndefined();
  });

  test('a change writes only new values, and returns the stored record', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const written = await ledger.change(id, NOW, (found) => {
      if (found === undefined) throw new Error('it was just written');
      return { record: updateIdentity(found, { returnTo: 'https://app.example.com/' }) };
    });
    expect(written?.identity.returnTo).toBe('https://app.example.com/');
    expect(await ledger.record(id)).toEqual(written);
  });
}
