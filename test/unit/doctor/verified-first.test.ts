import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { merge, type Tree } from '../../../webhook/doctor/kratos-config/read.ts';
import { examineSite, SHIPPED, withFix } from '../../support/doctor/site.ts';

const example = (name: string): string =>
  readFileSync(new URL(`../../../docs/examples/${name}.yaml`, import.meta.url), 'utf8');

const VERIFIED_FIRST = example('policy.verified-first');

/** The shipped configuration without `session`, by the doctor's own fix. */
async function withoutSession(): Promise<Tree> {
  const { findings } = await examineSite({ kratos: SHIPPED });
  const found = findings.find(({ id }) => id === 'session-before-verdict');
  if (found === undefined) throw new Error('session-before-verdict was not found');
  return withFix({ kratos: SHIPPED }, found.fix).kratos;
}

async function report(POLICY: string) {
  const { findings, passed, green } = await examineSite({ kratos: await withoutSession(), env: { POLICY } });
  return {
    green,
    found: findings.find(({ id }) => id === 'signed-in-unverified'),
    isSaid: passed.some(({ says }) => says === 'nobody is signed in before they are verified'),
  };
}

const APPROVED = '{ when: { status: approved }, then: allow }';

const REST = '{ when: { status: [none, pending, processing, expired] }, then: block_with_way_on }, { then: block }';

describe('verified before authenticated', () => {
  it('the recipe of docs/verified-first.md is green, and the report says so', async () => {
    expect(await report(VERIFIED_FIRST)).toEqual({ green: true, found: undefined, isSaid: true });
  });

  it.each([
    ['a method', '{ when: { method: code }, then: allow }', 'expired (waiting on person)', '(code)'],
    ['recovery', '{ when: { flow: recovery }, then: allow }', 'rejected (waiting on operator)', '(recovery)'],
    ['the first days', '{ when: { status: pending, account_younger_than: 2d }, then: allow }', 'pending', 'password'],
    ['a schema', '{ when: { schema: staff }, then: allow }', 'rejected (waiting on operator)', 'password'],
    ['a source', '{ when: { source: operator }, then: allow }', 'review (waiting on operator)', 'password'],
    ['an hour', '{ when: { account_older_than: 30h, account_younger_than: 31h }, then: allow }', 'none', 'password'],
    [
      'a verdict',
      '{ when: { status: rejected, verdict_older_than: 3d, verdict_younger_than: 4d }, then: allow }',
      'rejected',
      'password',
    ],
    ['a review', '{ when: { status: review }, then: allow }', 'review (waiting on operator)', 'password'],
  ])('a rule that lets unverified people in is found: %s', async (_name, rule, standing, way) => {
    // Kratos offers `code` as a sign-in only where it is switched on.
    const policy = `rules: [${APPROVED}, ${rule}, ${REST}]`;
    const kratos = await withoutSession();
    const methods = { selfservice: { methods: { code: { enabled: true, passwordless_enabled: true } } } };
    const { findings } = await examineSite({ kratos: merge([kratos, methods]), env: { POLICY: policy } });
    const found = findings.find(({ id }) => id === 'signed-in-unverified');
    expect(found).toMatchObject({ severity: 'warning', seen: expect.stringContaining(standing) });
    expect(found?.seen).toContain(way);
  });

  it('the exception of the strict policy, for a Jumio that is down, is an item for information', async () => {
    const { found, green } = await report(example('policy.strict'));
    expect(found).toMatchObject({ severity: 'info', seen: expect.stringContaining('pending (waiting on jumio)') });
    expect(green).toBe(true);
  });

  it('without `session`, but with a policy that lets new people in, nothing is said', async () => {
    expect(await report('rules: [{ when: { status: rejected }, then: block }, { then: allow }]')).toMatchObject({
      found: undefined,
      isSaid: false,
    });
  });

  it('a `session` hook is an error beside this policy, and none beside a grace period', async () => {
    const ids = async (POLICY: string) =>
      (await examineSite({ kratos: SHIPPED, env: { POLICY } })).findings.map(({ id }) => id);
    expect(await ids(VERIFIED_FIRST)).toContain('session-despite-policy');
    const grace = `rules: [${APPROVED}, { when: { account_younger_than: 2d }, then: allow }, ${REST}]`;
    expect(await ids(grace)).not.toContain('session-despite-policy');
  });
});
