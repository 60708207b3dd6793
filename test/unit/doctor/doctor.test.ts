import { describe, expect, it } from 'vitest';
import { withAllFixes, wrongFindings } from '../../support/doctor/applied-fix.ts';
import { BROKEN, PUBLISHED, WITHOUT_CONFIG_FIX } from '../../support/doctor/broken-sites.ts';
import { applied } from '../../support/doctor/operations.ts';
import { examineSite, SHIPPED, type Site, withFix } from '../../support/doctor/site.ts';

describe('the doctor on the shipped configuration', () => {
  it('the doctor on the shipped configuration is green, and names the items that it cannot check', async () => {
    const report = await examineSite({ kratos: SHIPPED });
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['sessions-outlive-verdict', 'info'],
      ['retention-unsaid', 'info'],
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

describe('findings for information', () => {
  const known = async (site: Site) => (await examineSite(site)).findings;

  it('a finding for information disappears when its fix is applied', async () => {
    let site: Site = { kratos: SHIPPED, env: { ON_FAILURE: 'allow' } };
    for (const id of ['gate-open-on-failure', 'sessions-outlive-verdict', 'session-before-verdict']) {
      const finding = (await known(site)).find((each) => each.id === id);
      if (finding === undefined) throw new Error(`${id} was not found`);
      site = withFix(site, finding.fix);
      expect((await known(site)).map((each) => each.id)).not.toContain(id);
    }
  });

  it('the operator’s own text on Jumio’s retention is what the doctor asks for', async () => {
    const TEXTS = 'consent_version: "2026-01"\nen:\n  consent.jumio_retention: Jumio deletes them after 30 days.\n';
    expect((await known({ kratos: SHIPPED, env: { TEXTS } })).map(({ id }) => id)).not.toContain('retention-unsaid');
  });

  it('hooks in an unusual order and a status that may be stale are findings without severity error', async () => {
    const after = '/selfservice/flows';
    const kratos = applied({ ...SHIPPED }, [
      { op: 'add', path: `${after}/registration/after/password/hooks/0`, value: { hook: 'session' } },
      { op: 'add', path: `${after}/registration/after/password/hooks/-`, value: { hook: 'show_verification_ui' } },
      { op: 'add', path: `${after}/login/after/password/hooks/-`, value: { hook: 'require_verified_address' } },
      { op: 'add', path: '/oauth2_provider/url', value: 'http://hydra:4445' },
      { op: 'add', path: '/feature_flags/cacheable_sessions', value: true },
    ]);
    const found = await known({ kratos });
    expect(found.map(({ severity }) => severity)).not.toContain('error');
    expect(found.map(({ id }) => id)).toEqual([
      'sessions-outlive-verdict',
      'retention-unsaid',
      'session-before-hook',
      'verified-address-after-gate',
      'verification-ui-first',
      'oauth2-leads-elsewhere',
      'session-before-verdict',
      'second-factor-first',
      'status-may-be-old',
    ]);
  });
});

describe('the doctor on the published integration’s configuration', () => {
  it('on the configuration of the published integration, the doctor finds the hook that never runs, the bypass and the wrong return URL', async () => {
    expect(wrongFindings(await examineSite(PUBLISHED))).toEqual([
      'initiate-never-runs',
      'recovery-without-gate',
      'sign-up-leads-elsewhere',
    ]);
  });

  it('the configuration of the published integration is green when its fixes are applied', async () => {
    expect((await withAllFixes(PUBLISHED)).report.green).toBe(true);
  });
});

describe.each(BROKEN)('an installation with $name', ({ expected, ...site }) => {
  it(`with ${site.name}, the doctor finds ${expected.join(', ')} and nothing else`, async () => {
    expect(wrongFindings(await examineSite(site))).toEqual([...expected].sort());
  });

  it(`with ${site.name}, the doctor is green after its fixes are applied`, async () => {
    expect((await withAllFixes(site)).report.green).toBe(true);
  });
});

describe.each(WITHOUT_CONFIG_FIX)(
  'an installation with $name, which no lines of configuration fix',
  ({ expected, ...site }) => {
    it(`with ${site.name}, the doctor finds ${expected.join(', ')}`, async () => {
      expect(wrongFindings(await examineSite(site))).toEqual([...expected].sort());
    });
  },
);
