import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../webhook/doctor/probes/disk.ts';
import type { LedgerInspection } from '../../../webhook/ledger/database/inspect.ts';
import { examined, SHIPPED } from '../../support/doctor/site.ts';

const WELL = { state: 'open', unwritable: undefined, missing: [], unknown: [], paused: [] } as const;

const ROOMY: Disk = { freeBytes: 5 * 1024 ** 3, openedBy: 1, isOpenToAll: false };

async function found(ledger: LedgerInspection, disk: Disk = ROOMY): Promise<string[]> {
  const { findings } = await examined({ kratos: SHIPPED, seen: { ledger, disk } });
  return findings.filter(({ group }) => group === 'ledger').map(({ id, severity }) => `${severity} ${id}`);
}

describe('what the doctor says of the ledger', () => {
  it.each<[string, LedgerInspection, string[]]>([
    ['one that is well', WELL, []],
    ['none', { state: 'absent' }, ['info ledger-absent']],
    ['one that cannot be opened', { state: 'closed', problem: 'EACCES' }, ['error ledger-closed']],
    ['one that takes no writes', { ...WELL, unwritable: 'read-only' }, ['error ledger-not-writable']],
    ['an older one', { ...WELL, missing: ['0002_more'] }, ['warning ledger-behind']],
    ['a newer one', { ...WELL, unknown: ['0009_much_more'] }, ['error ledger-ahead']],
    ['a pause', { ...WELL, paused: [{ name: 'account', reason: 'no link' }] }, ['error creation-paused']],
  ])('%s', async (_name, ledger, expected) => {
    expect(await found(ledger)).toEqual(expected);
  });

  it.each<[string, Partial<Disk>, string[]]>([
    ['little room', { freeBytes: 500 * 1024 ** 2 }, ['warning disk-nearly-full']],
    ['two processes', { openedBy: 2 }, ['warning ledger-shared']],
    ['everybody may read it', { isOpenToAll: true }, ['warning ledger-readable']],
    ['nobody, because the service is stopped', { openedBy: 0 }, []],
    ['a system that does not tell', { openedBy: undefined }, []],
  ])('%s', async (_name, disk, expected) => {
    expect(await found(WELL, { ...ROOMY, ...disk })).toEqual(expected);
  });

  it('what cannot be looked at is not counted as well', async () => {
    const { passed, notCheckable } = await examined({ kratos: SHIPPED, seen: {} });
    expect(passed.filter(({ group }) => group === 'ledger')).toEqual([]);
    expect(notCheckable.map(({ what }) => what)).toContain('the ledger can be read and written');
  });
});
