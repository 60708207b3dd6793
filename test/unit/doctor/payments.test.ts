import { describe, expect, it } from 'vitest';
import { withAllFixes, wrongFindings } from '../../support/doctor/applied-fix.ts';
import {
  BROKEN_PAYMENTS,
  PASSKEY,
  PAYMENTS_WITHOUT_CONFIG_FIX,
  paymentSite,
  SETTINGS,
  transactionsWith,
} from '../../support/doctor/payment-sites.ts';
import { examineSite, SHIPPED, type Site } from '../../support/doctor/site.ts';

/** The statements about payments that a report has, whatever their result. */
async function saidOf(site: Site): Promise<string[]> {
  const { findings, passed, notCheckable } = await examineSite(site);
  const known = [...findings, ...passed].filter(({ group }) => group === 'payments');
  return [
    ...known.map(({ group }) => group),
    ...notCheckable.map(({ what }) => what).filter((what) => /payer|hints|phone|Twilio/.test(what)),
  ];
}

describe('the doctor on an installation with payments', () => {
  it('is green, and has checked all seven', async () => {
    const report = await examineSite(paymentSite());
    expect([wrongFindings(report), report.green]).toEqual([[], true]);
    expect(report.passed.filter(({ group }) => group === 'payments')).toHaveLength(7);
  });

  it('says nothing of payments where there are none', async () => {
    expect(await saidOf({ kratos: SHIPPED })).toEqual([]);
  });

  it('asks for passkeys, phones and issuers only where a client needs them', async () => {
    const TRANSACTIONS = transactionsWith({ factors: ['face'], hint: undefined }, { face: { workflow_key: '10014' } });
    const changes = [
      { op: 'remove', path: PASSKEY } as const,
      { op: 'add', path: '/identity/schemas', value: [] } as const,
    ];
    const report = await examineSite(paymentSite(changes, { TRANSACTIONS }));
    expect(wrongFindings(report)).toEqual([]);
    expect(report.passed.filter(({ group }) => group === 'payments')).toHaveLength(3);
  });

  it('cannot check schemas that are not here, and finds a phone in one beside them', async () => {
    const schemas = '/identity/schemas';
    const away = { id: 'away', url: 'https://example.com/schema.json' };
    const only = paymentSite([{ op: 'add', path: schemas, value: [away] }]);
    const { notCheckable } = await examineSite(only);
    expect(notCheckable.map(({ what }) => what)).toContain(
      'an identity schema has a phone number, which Kratos verifies by SMS',
    );
    const beside = await examineSite(paymentSite([{ op: 'add', path: `${schemas}/-`, value: away }]));
    expect(wrongFindings(beside)).toEqual([]);
  });

  it('takes Kratos’ default for the second factor of the settings as it is', async () => {
    const site = paymentSite([{ op: 'add', path: `${SETTINGS}/required_aal`, value: 'highest_available' }]);
    expect(wrongFindings(await examineSite(site))).toEqual([]);
  });
});

describe.each(BROKEN_PAYMENTS)('an installation with $name', ({ expected, ...site }) => {
  it(`with ${site.name}, the doctor finds ${expected.join(', ')} and nothing else`, async () => {
    expect(wrongFindings(await examineSite(site))).toEqual([...expected].sort());
  });

  it(`with ${site.name}, the doctor is green after its fixes are applied`, async () => {
    expect((await withAllFixes(site)).report.green).toBe(true);
  });
});

describe.each(PAYMENTS_WITHOUT_CONFIG_FIX)('an installation with $name', ({ expected, ...site }) => {
  it(`with ${site.name}, the doctor finds ${expected.join(', ')} and says what to do`, async () => {
    const report = await examineSite(site);
    expect(wrongFindings(report)).toEqual([...expected].sort());
    const found = report.findings.filter(({ id }) => expected.includes(id));
    expect(found.map(({ fix }) => [fix.kratos, fix.says.length > 0])).toEqual(expected.map(() => [undefined, true]));
  });
});

it('a domain that the passkeys of Kratos cover is what TRANSACTIONS should name', async () => {
  const [site] = PAYMENTS_WITHOUT_CONFIG_FIX;
  const report = await examineSite(site ?? paymentSite());
  expect(report.findings.find(({ id }) => id === 'passkey-other-relying-party')?.fix.says).toBe(
    'set passkey.rp_id of TRANSACTIONS to example.com',
  );
});
