import { describe, expect, it } from 'vitest';
import { identityColumns, type VerificationState, verificationColumns } from '../../../webhook/model.ts';
import { lease } from '../../../webhook/verification/job.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { LEASE_MS } from '../../../webhook/verification/step.ts';
import { last, NOW, newRecord, withRequest } from '../../support/builders/history.ts';

/** Computed from other due columns, for reports. */
const DERIVED = ['identities.jumioDue'];

/** The due columns of the table definition. */
const dueColumns = Object.entries({ identities: identityColumns, verifications: verificationColumns })
  .flatMap(([table, columns]) => Object.keys(columns).map((column) => `${table}.${column}`))
  .filter((name) => name.endsWith('Due'));

describe('the list of jobs', () => {
  const record = withRequest(newRecord());

  it('has a job for every due column of the tables', () => {
    const columns = dueColumns.filter((name) => !DERIVED.includes(name));
    expect([...new Set(jobs.map(({ table, column }) => `${table}.${column}`))].sort()).toEqual(columns.sort());
  });

  it('has one job of each name', () => {
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  });

  it('has exactly one job for a due verification of Jumio in any state, for each of its due columns', () => {
    const states: VerificationState[] = ['requested', 'started', 'decided', 'expired'];
    const claimedFor = (column: 'readDue' | 'prefillDue', state: VerificationState): string[] => {
      const patch = { state, readDue: null, prefillDue: null, [column]: NOW };
      const due = updateVerification(record, last(record).id, patch);
      const candidates = jobs.filter(({ table }) => table === 'verifications');
      return lease(due, candidates, NOW).work.map(({ job }) => job.name);
    };
    const table = states.map((state) => [state, ...claimedFor('readDue', state), ...claimedFor('prefillDue', state)]);
    expect(table).toEqual([
      ['requested', 'create', 'prefill'],
      ['started', 'read', 'prefill'],
      ['decided', 'read', 'prefill'],
      ['expired', 'read', 'prefill'],
    ]);
  });

  it('a lease moves the due time of every claimed job to its own end', () => {
    const due = updateVerification(record, last(record).id, { prefill: 'pending', prefillDue: NOW });
    const at = NOW + 10_000;
    const { record: leased, work } = lease(due, jobs, at);
    const until = at + LEASE_MS;
    // An execution that is still to be created cannot be read.
    const claimed = jobs.filter(({ name }) => name !== 'read');
    expect(work.map(({ job }) => job.name)).toEqual(claimed.map(({ name }) => name));
    for (const { table, column } of claimed)
      expect(table === 'identities' ? leased.identity : last(leased)).toMatchObject({ [column]: until });
    expect(leased.identity.leasedUntil).toBe(until);
  });
});
