import { describe, expect, it } from 'vitest';
import { droppedHooks } from '../../../webhook/doctor/kratos-config/dropped.ts';
import { merge } from '../../../webhook/doctor/kratos-config/read.ts';
import { printReport } from '../../../webhook/doctor/report.ts';
import { applied } from '../../support/doctor/operations.ts';
import { examineSite, SHIPPED } from '../../support/doctor/site.ts';

const fileWith = (hooks: readonly object[]) => ({
  selfservice: { flows: { registration: { after: { password: { hooks } } } } },
});

const session = { hook: 'session' };

const crm = { hook: 'web_hook', config: { url: 'https://user:pass@crm.example.com/new?key=s3cret', method: 'POST' } };

const LIST = '/selfservice/flows/registration/after/password/hooks';

describe('hooks that merging the files drops', () => {
  const dropped = (...trees: readonly object[]) =>
    droppedHooks(
      trees.map((tree, index) => ({ path: `${index}.yaml`, tree: { ...tree } })),
      merge(trees.map((tree) => ({ ...tree }))),
    );

  it('a hook of an earlier file is named with its file and list, and without its secrets', () => {
    expect(dropped(fileWith([crm, session]), fileWith([session]))).toEqual([
      { file: '0.yaml', list: LIST, what: '`web_hook` to https://crm.example.com/new' },
    ]);
  });

  it('a hook that the later file has too is kept, and so is one in a list that only one file has', () => {
    const login = { selfservice: { flows: { login: { before: { hooks: [crm] } } } } };
    expect(dropped(fileWith([session]), fileWith([crm, session]), login)).toEqual([]);
  });
});

describe('the last line of the report', () => {
  it('a run with things unchecked does not end in “Nothing is wrong”', async () => {
    const report = await examineSite({ kratos: SHIPPED });
    expect([report.green, report.complete]).toEqual([true, false]);
    const text = printReport(report, false);
    expect(text).not.toContain('Nothing is wrong');
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^Nothing was found, but not everything was checked/);
    expect(printReport({ ...report, complete: true }, false)).toContain('Nothing is wrong');
  });
});

describe('what is said once', () => {
  const GATE = '/selfservice/flows/login/after';

  it('a fix for several lists is printed once, below all of them', async () => {
    const lists = ['oidc', 'webauthn', 'passkey'].map((method) => `${GATE}/${method}/hooks`);
    const kratos = applied(
      { ...SHIPPED },
      lists.map((path) => ({ op: 'add' as const, path, value: [{ hook: 'revoke_active_sessions' }] })),
    );
    const text = printReport(await examineSite({ kratos }), false);
    for (const path of lists) expect(text).toContain(`# first in ${path.slice(1).replaceAll('/', '.')}:`);
    expect(text.split('/jumio/validate').length - 1).toBe(1);
  });

  it('a template that several hooks name, and that only Kratos can read, is one line of what is not checkable', async () => {
    const env = { KRATOS_ADMIN_URL: 'http://kratos:4434' };
    const body = 'file:///etc/kratos/validate.jsonnet';
    const kratos = applied(
      { ...SHIPPED },
      ['password', 'oidc'].map((method) => ({
        op: 'add' as const,
        path: `${GATE}/${method}/hooks/0/config/body`,
        value: body,
      })),
    );
    const { notCheckable, findings } = await examineSite({ kratos, env });
    const reasons = notCheckable.filter(({ reason }) => reason.includes(body));
    expect(reasons.map(({ reason }) => reason.split(body).length - 1)).toEqual([1]);
    expect(findings.map(({ id }) => id)).not.toContain('template-unreadable');
  });

  it('the same template on the machine of Kratos is one error, which names each hook', async () => {
    const body = 'file:///nowhere/validate.jsonnet';
    const kratos = applied(
      { ...SHIPPED },
      ['password', 'oidc'].map((method) => ({
        op: 'add' as const,
        path: `${GATE}/${method}/hooks/0/config/body`,
        value: body,
      })),
    );
    const found = (await examineSite({ kratos })).findings.filter(({ id }) => id === 'template-unreadable');
    expect(found.map(({ fix }) => fix.kratos?.length)).toEqual([2]);
    expect(found[0]?.seen).toContain('login.after.password.hooks[0], selfservice.flows.login.after.oidc.hooks[0]');
  });
});

describe('a policy that refuses people who wait for themselves', () => {
  it('a back end that gives one-time links makes it a fact of interest', async () => {
    const env = { POLICY: '{ rules: [{ then: block }] }', HANDOVER_SECRET: 'handover-secret1' };
    const { findings } = await examineSite({ kratos: SHIPPED, env });
    expect(findings.find(({ id }) => id === 'policy-without-way-on')).toMatchObject({ severity: 'info' });
  });
});
