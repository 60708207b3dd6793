import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../webhook/doctor/probes/disk.ts';
import type { LedgerInspection } from '../../../webhook/ledger/database/inspect.ts';
import { examineSite, SHIPPED } from '../../support/doctor/site.ts';

const WELL = { state: 'open', unwritable: undefined, missing: [], unknown: [], paused: [] } as const;

const ROOMY: Disk = { freeBytes: 5 * 1024 ** 3, openedBy: 1, isOpenToAll: false };

async function found(ledger: LedgerInspection, disk: Disk = ROOMY): Promise<string[]> {
  const { findings } = await examineSite({ kratos: SHIPPED, observed: { ledger, disk } });
  return findings.filter(({ group }) => group === 'ledger').map(({ id, severity }) => `${severity} ${id}`);
}

describe('the doctor on the ledger', () => {
  it.each<[string, LedgerInspection, string[]]>([
    ['in order', WELL, []],
    ['absent', { state: 'absent' }, ['info ledger-absent']],
    ['that cannot be opened', { state: 'closed', problem: 'EACCES' }, ['error ledger-closed']],
    ['that takes no writes', { ...WELL, unwritable: 'read-only' }, ['error ledger-not-writable']],
    ['with an older schema', { ...WELL, missing: ['0002_more'] }, ['warning ledger-behind']],
    ['with a newer schema', { ...WELL, unknown: ['0009_much_more'] }, ['error ledger-ahead']],
    [
      'with a pause of Jumio calls',
      { ...WELL, paused: [{ name: 'account', reason: 'no link' }] },
      ['error creation-paused'],
    ],
  ])('the findings of the doctor about a ledger %s', async (_name, ledger, expected) => {
    expect(await found(ledger)).toEqual(expected);
  });

  it.each<[string, Partial<Disk>, string[]]>([
    ['low free space', { freeBytes: 500 * 1024 ** 2 }, ['warning disk-nearly-full']],
    ['two processes that use the ledger', { openedBy: 2 }, ['warning ledger-shared']],
    ['a ledger readable for all users', { isOpenToAll: true }, ['warning ledger-readable']],
    ['a stopped service', { openedBy: 0 }, []],
    ['an operating system that does not report it', { openedBy: undefined }, []],
  ])('the findings of the doctor about %s', async (_name, disk, expected) => {
    expect(await found(WELL, { ...ROOMY, ...disk })).toEqual(expected);
  });

  it('a ledger that cannot be inspected is listed as not checkable, not as passed', async () => {
    const { passed, notCheckable } = await examineSite({ kratos: SHIPPED, observed: {} });
    expect(passed.filter(({ group }) => group === 'ledger')).toEqual([]);
    expect(notCheckable.map(({ what }) => what)).toContain('the ledger can be read and written');
  });
});
