import { describe, expect, it } from 'vitest';
import type { TestOutcome } from '../../../webhook/events/index.ts';
import { wrongFindings } from '../../support/doctor/applied-fix.ts';
import { examineSite, SHIPPED } from '../../support/doctor/site.ts';
import { secretFile } from '../../support/events/shop.ts';

const reportOf = (outcome?: TestOutcome) => {
  const endpoint = { name: 'shop', url: 'https://shop.example.com/', secret_files: [secretFile()] };
  return examineSite({
    kratos: SHIPPED,
    env: { WEBHOOKS: JSON.stringify({ endpoints: [endpoint] }) },
    observed: outcome === undefined ? {} : { endpoints: new Map([['shop', outcome]]) },
  });
};

const facts = { upstream: 'receiver', operation: 'deliver', failure: 'status' } as const;

const failed = (word: string): TestOutcome => ({ kind: 'failed', word, facts, ms: 7 });

describe('the doctor on endpoints of signed events', () => {
  it('is green where each takes a test, and says nothing of them where there are none', async () => {
    const report = await reportOf({ kind: 'accepted', word: '204', ms: 7 });
    expect([wrongFindings(report), report.passed.filter(({ group }) => group === 'signed events').length]).toEqual([
      [],
      1,
    ]);
    const without = await examineSite({ kratos: SHIPPED });
    expect(JSON.stringify(without)).not.toContain('signed events');
  });

  it.each([
    ['500', /answer 2xx/],
    ['timeout', /within 15 s/],
    ['307', /the last address/],
    ['401', /the secret of `secret_files`/],
    ['unreachable ERR_ADDRESS_NOT_ALLOWED', /allow_private/],
  ])('finds one that answers %s, and says what to do', async (word, remedy) => {
    const report = await reportOf(failed(word));
    expect(wrongFindings(report)).toEqual(['endpoint-takes-no-events']);
    const [found] = report.findings.filter(({ id }) => id === 'endpoint-takes-no-events');
    expect([found?.seen, found?.fix.says]).toEqual([expect.stringContaining(word), expect.stringMatching(remedy)]);
  });

  it('finds one that wants no more events', async () => {
    const report = await reportOf({ kind: 'gone', word: '410', ms: 7 });
    expect(wrongFindings(report)).toEqual(['endpoint-takes-no-events']);
  });

  it('is not complete where they were not asked', async () => {
    const { complete, notCheckable } = await reportOf();
    expect([complete, notCheckable.map(({ what }) => what)]).toEqual([
      false,
      expect.arrayContaining(['each endpoint of WEBHOOKS takes a signed test event']),
    ]);
  });
});
