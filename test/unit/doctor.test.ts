import { describe, expect, it } from 'vitest';
import { BROKEN, NOT_MENDED_BY_LINES, PUBLISHED } from '../support/doctor/broken-sites.ts';
import { mendedInTurn, wrong } from '../support/doctor/mended.ts';
import { examined, SHIPPED } from '../support/doctor/site.ts';

describe('the doctor on the shipped configuration', () => {
  it('is green, and says what it could not check', async () => {
    const report = await examined({ kratos: SHIPPED });
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['session-before-verdict', 'info'],
      ['second-factor-first', 'info'],
    ]);
    expect(report.green).toBe(true);
    expect(report.notCheckable.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'the workflow key',
        'that the key may change identities',
        'that the ledger is backed up',
      ]),
    );
  });
});

describe('the doctor on the published integration’s configuration', () => {
  it('finds the hook that never runs, the ways round the gate, and the way that leads nowhere', async () => {
    expect(wrong(await examined(PUBLISHED))).toEqual([
      'initiate-never-runs',
      'recovery-without-gate',
      'sign-up-leads-elsewhere',
    ]);
  });

  it('is green when its fixes are applied', async () => {
    expect((await mendedInTurn(PUBLISHED)).report.green).toBe(true);
  });
});

describe.each(BROKEN)('the doctor on an installation with $name', ({ expected, ...site }) => {
  it(`finds ${expected.join(', ')} and nothing else`, async () => {
    expect(wrong(await examined(site))).toEqual([...expected].sort());
  });

  it('is green when what it says is done', async () => {
    expect((await mendedInTurn(site)).report.green).toBe(true);
  });
});

describe.each(NOT_MENDED_BY_LINES)('the doctor on an installation with $name', ({ expected, ...site }) => {
  it(`finds ${expected.join(', ')}`, async () => {
    expect(wrong(await examined(site))).toEqual([...expected].sort());
  });
});
