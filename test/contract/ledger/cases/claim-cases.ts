import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Identity, Verification } from '../../../../webhook/model.ts';
import { jobs } from '../../../../webhook/verification/jobs.ts';
import {
  requestVerification,
  updateIdentity,
  updateVerification,
} from '../../../../webhook/verification/record/record.ts';
import { LEASE_MS } from '../../../../webhook/verification/step.ts';
import type { Database } from '../../../support/service/databases.ts';
import { addStarted, claim, idsOf, MINUTE, NOW, newSignUp, nextDue, openOn, put, signUp } from '../world.ts';

export function claimCases(database: Database): void {
  test('a claim sets a lease of thirty seconds, stored in the row', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const [claimed] = await claim(ledger);
    expect(claimed?.record.identity).toMatchObject({ id, lease: 1, leasedUntil: NOW + LEASE_MS });
    expect(await ledger.record(id)).toStrictEqual(claimed?.record);
    expect(claimed?.work.create?.identityId).toBe(id);
  });

  test('a claimed identity is not claimed again until the lease ends, whatever becomes due', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger, NOW, { kratosDue: NOW + MINUTE / 4 });
    expect(idsOf(await claim(ledger))).toEqual([id]);
    expect(await claim(ledger)).toEqual([]);
    expect(await claim(ledger, NOW + MINUTE / 4)).toEqual([]);
    expect(await claim(ledger, NOW + LEASE_MS - 1)).toEqual([]);
  });

  test('a lease that was never released ends by itself, and its jobs are due again', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger, NOW, { kratosDue: NOW });
    const read = await addStarted(ledger);
    await claim(ledger);
    const again = await claim(ledger, NOW + LEASE_MS);
    expect(idsOf(again).sort()).toEqual([id, read].sort());
    const work = new Map(again.map((one) => [one.record.identity.id, one.work]));
    expect(work.get(id)).toMatchObject({ publish: true, create: { identityId: id } });
    expect(work.get(read)).toMatchObject({ publish: false, read: { identityId: read } });
    expect(again[0]?.record.identity.lease).toBe(2);
  });

  test('an identity is not claimed before it is due', async () => {
    const ledger = await openOn(database);
    await addStarted(ledger, NOW + 1);
    expect(await claim(ledger)).toEqual([]);
    expect(await claim(ledger, NOW + 1)).toHaveLength(1);
  });

  test('identities with a person waiting on a page are claimed first, then those due longest', async () => {
    const ledger = await openOn(database);
    const late = await signUp(ledger, NOW + 2);
    const early = await signUp(ledger, NOW);
    const waiting = await signUp(ledger, NOW + 3, { priority: true });
    const middle = await signUp(ledger, NOW + 1);
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const slots = { create: 1, read: 0, publish: 0 };
      order.push(...idsOf(await claim(ledger, NOW + MINUTE / 60, { slots })));
    }
    expect(order).toEqual([waiting, early, middle, late]);
  });

  test('no more jobs of a kind are claimed than their slots, and no job takes a slot of another kind', async () => {
    const ledger = await openOn(database);
    for (let n = 0; n < 3; n += 1) {
      await signUp(ledger, NOW, { kratosDue: null });
      await addStarted(ledger);
      await put(ledger, updateIdentity({ ...newSignUp(), verifications: [] }, { kratosDue: NOW, jumioDue: null }));
    }
    const claims = await claim(ledger, NOW, { slots: { create: 2, read: 1, publish: 0 } });
    const counts = [
      claims.filter(({ work }) => work.create).length,
      claims.filter(({ work }) => work.read).length,
      claims.filter(({ work }) => work.publish).length,
    ];
    expect(counts).toEqual([2, 1, 0]);
    const publishing = await claim(ledger, NOW, { slots: { create: 0, read: 0, publish: 3 } });
    expect(publishing.map(({ work }) => work.publish)).toEqual([true, true, true]);
  });

  test('of two due executions of one identity one is read at a time', async () => {
    const ledger = await openOn(database);
    const id = await addStarted(ledger, NOW, { state: 'expired' });
    await ledger.change(id, NOW, (found) => {
      if (found === undefined) throw new Error('it was just written');
      const { record } = requestVerification(found, randomUUID(), NOW);
      const ids = { accountId: 'a', executionId: randomUUID(), readDue: NOW - 1 };
      const rows = record.verifications.map((row) =>
        row.state === 'requested' ? { ...row, ...ids, state: 'started' as const } : row,
      );
      return { record: updateIdentity({ ...record, verifications: rows }, { jumioDue: NOW - 1 }) };
    });
    const [claimed, ...others] = await claim(ledger);
    expect(others).toEqual([]);
    expect(claimed?.work.read?.readDue).toBe(NOW - 1);
    expect(claimed?.record.identity.jumioDue).toBe(NOW);
  });

  test('consequences of a rejection are stored, due at once, claimed like a publication, and due again after the lease', async () => {
    const ledger = await openOn(database);
    const id = await addStarted(ledger, NOW + MINUTE);
    await ledger.change(id, NOW, (found) => {
      if (found === undefined) throw new Error('it was just written');
      const decided = { state: 'decided', decision: 'FAILED', completedAt: NOW, readDue: null } as const;
      return { record: updateVerification(found, found.verifications[0]?.id ?? '', decided) };
    });
    const columns = { revocation: 'pending', pendingState: 'inactive', deactivated: false, inactiveSince: null };
    expect(await nextDue(ledger)).toBe(NOW);
    const [claimed, ...others] = await claim(ledger);
    expect(others).toEqual([]);
    expect(claimed).toMatchObject({ record: { identity: { id, ...columns } }, work: { publish: true } });
    await put(
      ledger,
      updateIdentity((await ledger.record(id)) ?? newSignUp(), { inactiveSince: NOW, deactivated: true }),
    );
    const [again] = await claim(ledger, NOW + LEASE_MS);
    expect(again?.record.identity).toMatchObject({ ...columns, inactiveSince: NOW, deactivated: true });
  });

  test('due prefill data are claimed once without a budget, and are due again after the lease', async () => {
    const ledger = await openOn(database);
    const patch: Partial<Verification> = {
      prefill: 'pending',
      prefillDue: NOW + 5,
      prefillUrl: 'https://api.example.com/parts/PREPARED_DATA',
    };
    const id = await addStarted(ledger, NOW + MINUTE, patch);
    expect(await nextDue(ledger)).toBe(NOW + 5);
    const none = { create: 0, read: 0, publish: 0 };
    expect(await claim(ledger, NOW + 4, { slots: { ...none, prefill: 1 } })).toEqual([]);
    expect(await claim(ledger, NOW + 5, { slots: { ...none, prefill: 0 } })).toEqual([]);
    const [claimed, ...others] = await claim(ledger, NOW + 5, { slots: { ...none, prefill: 1 } });
    expect(others).toEqual([]);
    expect(claimed).toMatchObject({ record: { identity: { id } }, work: { publish: false, prefill: patch } });
    expect(claimed?.work).not.toHaveProperty('read');
    expect(await claim(ledger, NOW + 5, { slots: { ...none, prefill: 1 } })).toEqual([]);
    const again = await claim(ledger, NOW + 5 + LEASE_MS, { slots: { ...none, prefill: 1 } });
    expect(idsOf(again)).toEqual([id]);
  });

  test('an eID check is claimed in slots of its own, waits for a pause of Kratos, and is due again after the lease', async () => {
    const ledger = await openOn(database);
    const columns: Partial<Identity> = { eidCheck: 'sign-up', eidDue: NOW + 5, kratosDue: NOW + MINUTE };
    const id = await signUp(ledger, NOW, { ...columns, priority: true });
    const none = { create: 0, read: 0, publish: 0 };
    const slots = (eid: number) => ({ slots: { ...none, eid } });
    expect(await claim(ledger, NOW + 4, slots(1))).toEqual([]);
    expect(await claim(ledger, NOW + 5, { slots: { ...none, publish: 1 } })).toEqual([]);
    const [claimed, ...others] = await claim(ledger, NOW + 5, slots(1));
    expect(others).toEqual([]);
    expect(claimed).toMatchObject({ record: { identity: { id } }, work: { publish: false, eid: true } });
    expect(await claim(ledger, NOW + 6, slots(1))).toEqual([]);
    await ledger.budgets.pause('kratos', NOW, LEASE_MS + 2_000);
    expect(await claim(ledger, NOW + 5 + LEASE_MS, slots(1))).toEqual([]);
    expect(idsOf(await claim(ledger, NOW + 2_000 + LEASE_MS, slots(1)))).toEqual([id]);
  });

  test.each(jobs)(
    'a due $name is next, is claimed for its job alone, and is due again when the lease ends',
    async (job) => {
      const ledger = await openOn(database);
      const id = await addStarted(ledger);
      const set = (verification: Partial<Verification>, identity: Partial<Identity>) =>
        ledger.change(id, NOW, (found) => {
          if (found === undefined) throw new Error('it was just written');
          const verifications = found.verifications.map((row) => ({ ...row, ...verification }));
          return { record: updateIdentity({ ...found, verifications }, identity) };
        });
      const due = { [job.column]: NOW + 7 };
      const isIdentity = job.table === 'identities';
      await set({ readDue: null, prefillDue: null, ...(isIdentity ? {} : { ...job.where, ...due }) }, {});
      // The first change may make a publication due.
      await set({}, { kratosDue: null, eidDue: null, ...(isIdentity ? due : {}) });
      const slots = Object.fromEntries(jobs.map(({ name }) => [name, 1]));
      expect(await nextDue(ledger)).toBe(NOW + 7);
      expect(await claim(ledger, NOW + 6, { slots })).toEqual([]);
      expect(await claim(ledger, NOW + 7, { slots: { ...slots, [job.name]: 0 } })).toEqual([]);
      const [claimed, ...others] = await claim(ledger, NOW + 7, { slots });
      expect(others).toEqual([]);
      const { publish, ...rest } = claimed?.work ?? { publish: false };
      expect([...Object.keys(rest), ...(publish ? ['publish'] : [])]).toEqual([job.name]);
      const leased = await ledger.record(id);
      const row = isIdentity ? leased?.identity : leased?.verifications[0];
      expect(row).toMatchObject({ [job.column]: NOW + 7 + LEASE_MS });
      expect(await nextDue(ledger)).toBeLessThanOrEqual(NOW + 7 + LEASE_MS);
    },
  );

  test('nextDue returns the time of the next job, and undefined without any', async () => {
    const ledger = await openOn(database);
    expect(await nextDue(ledger)).toBeUndefined();
    await addStarted(ledger, NOW + 5 * MINUTE);
    expect(await nextDue(ledger)).toBe(NOW + 5 * MINUTE);
    await put(
      ledger,
      updateIdentity({ ...newSignUp(), verifications: [] }, { kratosDue: NOW + MINUTE, jumioDue: null }),
    );
    expect(await nextDue(ledger)).toBe(NOW + MINUTE);
    const unread: Partial<Identity> = { kratosDue: null, jumioDue: null, eidCheck: 'linked', eidDue: NOW + 1 };
    await put(ledger, updateIdentity({ ...newSignUp(), verifications: [] }, unread));
    expect(await nextDue(ledger)).toBe(NOW + 1);
  });
}
