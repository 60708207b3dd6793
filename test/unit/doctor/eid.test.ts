import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillRecipe } from '../../../sandbox/eid/recipe.ts';
import type { ProbeResult } from '../../../webhook/doctor/probes/probe.ts';
import { withAllFixes, wrongFindings } from '../../support/doctor/applied-fix.ts';
import { applied, type Operation } from '../../support/doctor/operations.ts';
import { examineSite, SHIPPED, type Site } from '../../support/doctor/site.ts';

const ISSUER = 'https://idp.example.net/oxauth';

const RECIPE = { providerId: 'idemia', issuer: ISSUER, clientId: 'bridge', clientSecret: 'secret' };

const OIDC = '/selfservice/methods/oidc';

const PROVIDER = `${OIDC}/config/providers/0`;

const SIGN_UP = '/selfservice/flows/registration/after/oidc/hooks';

const SETTINGS = '/selfservice/flows/settings/after/oidc';

const ENV = {
  EID_PROVIDERS: `idemia: { issuer: "${ISSUER}", client_id: bridge, levels: [loa-2, loa-3] }`,
  POLICY: 'rules: [{ then: allow }]\nevidence: { idemia: [loa-3] }\nrequired_level: { person: { idemia: loa-2 } }',
};

const DOCUMENT = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, acr_values_supported: ['loa-2', 'loa-3', 'loa-4'] };

const MAPPER_FILE = new URL('../../../eid/idemia/mapper.jsonnet', import.meta.url).href;

const MAPPER = `base64://${readFileSync(new URL(MAPPER_FILE)).toString('base64')}`;

const set = (path: string, value: unknown): Operation => ({ op: 'add', path, value });

/** The shipped configuration with the recipe in it, and the given changes. */
function site(
  changes: readonly Operation[] = [],
  discovery: ProbeResult = answer(DOCUMENT),
  env: Site['env'] = ENV,
): Site {
  const oidc = { enabled: true, config: { providers: [fillRecipe('idemia', RECIPE)] } };
  const kratos = applied({ ...SHIPPED }, [set(OIDC, oidc), ...changes]);
  return { kratos, env, observed: { eid: new Map([['idemia', discovery]]) } };
}

function answer(json: object): ProbeResult {
  return { status: 200, json, date: undefined };
}

const ofEid = async (of: Site) => {
  const { findings, passed, notCheckable } = await examineSite(of);
  return (
    [...findings, ...passed].filter(({ group }) => group === 'eID providers').length +
    notCheckable.filter(({ what }) => /eID|each provider|by mappers/.test(what)).length
  );
};

describe('the doctor on an installation with an eID', () => {
  it('an installation with an eID recipe as shipped is green', async () => {
    const report = await examineSite(site());
    expect([wrongFindings(report), report.green, await ofEid(site())]).toEqual([[], true, 4]);
  });

  it('without a configured eID the doctor reports nothing about eID', async () => {
    const without = site([{ op: 'remove', path: SETTINGS }, set(SIGN_UP, ['initiate'])], answer({}), {});
    expect(await ofEid(without)).toBe(0);
  });

  it('without a required level, a missing assurance hook is a finding for information only', async () => {
    const POLICY = 'rules: [{ then: allow }]\nevidence: { idemia: any }';
    const { findings } = await examineSite(
      site([{ op: 'remove', path: `${SIGN_UP}/0` }], undefined, { ...ENV, POLICY }),
    );
    expect(findings.filter(({ id }) => id === 'assurance-missing').map(({ severity }) => severity)).toEqual(['info']);
  });
});

describe('the doctor on the mapper of an eID', () => {
  const fixOf = async (mapper: string) => {
    const { findings, notCheckable } = await examineSite(site([set(`${PROVIDER}/mapper_url`, mapper)]));
    const found = findings.find(({ id }) => id === 'eid-mapper-unfilled');
    return [found?.fix.says, notCheckable.some(({ reason }) => reason.includes('the mapper of idemia'))];
  };

  it('the doctor names the mapper file that is not filled in', async () => {
    expect(await fixOf(MAPPER_FILE)).toEqual([`write idemia in its place, in ${MAPPER_FILE}`, false]);
  });

  it.each(['file:///etc/kratos/not-here.jsonnet', 'https://example.com/mapper.jsonnet'])(
    'the doctor reports that the mapper %s cannot be read from here',
    async (mapper) => {
      expect(await fixOf(mapper)).toEqual([undefined, true]);
    },
  );
});

describe('a level that is required for a schema', () => {
  const POLICY = ENV.POLICY.replace('person:', 'human:');

  it('a required level for a schema that Kratos does not have: the doctor reports that nothing is enforced', async () => {
    const report = await examineSite(site([], undefined, { ...ENV, POLICY }));
    const { why, fix } = report.findings.find(({ id }) => id === 'eid-schema-unknown') ?? {};
    expect(wrongFindings(report)).toEqual(['eid-schema-unknown']);
    expect([why, fix?.says]).toEqual([
      expect.stringContaining('enforces nothing'),
      'name one of identity.schemas: person',
    ]);
  });

  it('a required level for a schema: the doctor reports nothing if the schemas are configured elsewhere', async () => {
    const report = await examineSite(
      site([{ op: 'remove', path: '/identity/schemas' }], undefined, { ...ENV, POLICY }),
    );
    expect(wrongFindings(report)).toEqual([]);
  });
});

describe.each<[string, readonly Operation[], string]>([
  ['no assurance hook', [{ op: 'remove', path: `${SIGN_UP}/0` }], 'assurance-missing'],
  [
    'an assurance hook that cannot interrupt',
    [{ op: 'remove', path: `${SIGN_UP}/0/config/can_interrupt` }],
    'assurance-cannot-refuse',
  ],
  [
    'an assurance hook whose response is ignored',
    [set(`${SIGN_UP}/0/config/response`, { ignore: true })],
    'assurance-cannot-refuse',
  ],
  [
    'another hook before the assurance hook',
    [set(`${SIGN_UP}/0`, { hook: 'two_step_registration' })],
    'assurance-not-first',
  ],
  ['no link hook', [{ op: 'remove', path: SETTINGS }], 'link-missing'],
  ['a link hook list without ours', [set(`${SETTINGS}/hooks`, [])], 'link-missing'],
  ['an interrupting link hook', [set(`${SETTINGS}/hooks/0/config/can_interrupt`, true)], 'link-too-early'],
  ['a parsing link hook', [set(`${SETTINGS}/hooks/0/config/response`, { parse: true })], 'link-too-early'],
  [
    'a link hook without the secret',
    [{ op: 'remove', path: `${SETTINGS}/hooks/0/config/auth` }],
    'hook-without-secret',
  ],
  ['another client id', [set(`${PROVIDER}/client_id`, 'other')], 'eid-client-differs'],
  ['another issuer', [set(`${PROVIDER}/issuer_url`, `${ISSUER}/`)], 'eid-issuer-differs'],
  ['the oidc method switched off', [{ op: 'remove', path: `${OIDC}/enabled` }], 'eid-oidc-off'],
  ['a mapper that is not filled in', [set(`${PROVIDER}/mapper_url`, MAPPER)], 'eid-mapper-unfilled'],
  ['claims from UserInfo and a required level', [set(`${PROVIDER}/claims_source`, 'userinfo')], 'eid-level-hidden'],
])('an eID installation with %s', (name, changes, expected) => {
  it(`with ${name}, the doctor finds ${expected} and nothing else`, async () => {
    expect(wrongFindings(await examineSite(site(changes)))).toEqual([expected]);
  });

  it(`with ${name}, the doctor is green after its fixes are applied`, async () => {
    expect((await withAllFixes(site(changes))).report.green).toBe(true);
  });
});

describe('the doctor on the discovery document of an eID provider', () => {
  it.each<[string, ProbeResult, string[]]>([
    ['that does not answer', { failure: 'ECONNREFUSED' }, ['eid-unreachable']],
    ['that answers 404', { status: 404, json: undefined, date: undefined }, ['eid-unreachable']],
    ['whose discovery document is not one', answer({ issuer: ISSUER }), ['eid-unreachable']],
    ['with another issuer in its document', answer({ ...DOCUMENT, issuer: `${ISSUER}/` }), ['eid-other-issuer']],
    ['whose document lacks a level', answer({ ...DOCUMENT, acr_values_supported: ['loa-2'] }), ['eid-unknown-level']],
    [
      'that does not support our client authentication',
      answer({ ...DOCUMENT, token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
      ['eid-client-authentication'],
    ],
    [
      'that can encrypt tokens',
      answer({ ...DOCUMENT, id_token_encryption_alg_values_supported: ['RSA-OAEP'] }),
      ['eid-encrypted'],
    ],
  ])('an eID provider %s: the doctor finds it', async (_name, asked, expected) => {
    expect(wrongFindings(await examineSite(site([], asked)))).toEqual(expected);
  });

  it('an eID provider that Kratos does not have: the doctor reports the missing recipe', async () => {
    expect(wrongFindings(await examineSite(site([set(`${PROVIDER}/id`, 'other')])))).toEqual(['eid-provider-missing']);
  });
});
