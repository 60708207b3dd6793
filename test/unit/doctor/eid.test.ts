import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillRecipe } from '../../../sandbox/eid/recipe.ts';
import type { Answer } from '../../../webhook/doctor/probes/probe.ts';
import { mendedInTurn, wrong } from '../../support/doctor/applied-fix.ts';
import { applied, type Operation } from '../../support/doctor/operations.ts';
import { examined, SHIPPED, type Site } from '../../support/doctor/site.ts';

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

/** The shipped configuration with the recipe in it, and these changes. */
function site(changes: readonly Operation[] = [], discovery: Answer = answer(DOCUMENT), env: Site['env'] = ENV): Site {
  const oidc = { enabled: true, config: { providers: [fillRecipe('idemia', RECIPE)] } };
  const kratos = applied({ ...SHIPPED }, [set(OIDC, oidc), ...changes]);
  return { kratos, env, seen: { eid: new Map([['idemia', discovery]]) } };
}

function answer(json: object): Answer {
  return { status: 200, json, date: undefined };
}

const ofEid = async (of: Site) => {
  const { findings, passed, notCheckable } = await examined(of);
  return (
    [...findings, ...passed].filter(({ group }) => group === 'eID providers').length +
    notCheckable.filter(({ what }) => /eID|each provider|by mappers/.test(what)).length
  );
};

describe('the doctor on an installation with an eID', () => {
  it('is green where all is as the recipe says', async () => {
    const report = await examined(site());
    expect([wrong(report), report.green, await ofEid(site())]).toEqual([[], true, 4]);
  });

  it('says nothing at all of eID where none is configured', async () => {
    const without = site([{ op: 'remove', path: SETTINGS }, set(SIGN_UP, ['initiate'])], answer({}), {});
    expect(await ofEid(without)).toBe(0);
  });

  it('says only for information that the hook of the level is missing where no level is required', async () => {
    const POLICY = 'rules: [{ then: allow }]\nevidence: { idemia: any }';
    const { findings } = await examined(site([{ op: 'remove', path: `${SIGN_UP}/0` }], undefined, { ...ENV, POLICY }));
    expect(findings.filter(({ id }) => id === 'assurance-missing').map(({ severity }) => severity)).toEqual(['info']);
  });
});

describe('the doctor on the mapper of an eID', () => {
  const fixOf = async (mapper: string) => {
    const { findings, notCheckable } = await examined(site([set(`${PROVIDER}/mapper_url`, mapper)]));
    const found = findings.find(({ id }) => id === 'eid-mapper-unfilled');
    return [found?.fix.says, notCheckable.some(({ reason }) => reason.includes('the mapper of idemia'))];
  };

  it('names the file that is not filled in', async () => {
    expect(await fixOf(MAPPER_FILE)).toEqual([`write idemia in its place, in ${MAPPER_FILE}`, false]);
  });

  it.each(['file:///etc/kratos/not-here.jsonnet', 'https://example.com/mapper.jsonnet'])(
    'says of %s that it cannot be read here',
    async (mapper) => {
      expect(await fixOf(mapper)).toEqual([undefined, true]);
    },
  );
});

describe('the doctor on a level that is required for a schema', () => {
  const POLICY = ENV.POLICY.replace('person:', 'human:');

  it('that Kratos does not have, says that nothing is enforced', async () => {
    const report = await examined(site([], undefined, { ...ENV, POLICY }));
    const { why, fix } = report.findings.find(({ id }) => id === 'eid-schema-unknown') ?? {};
    expect(wrong(report)).toEqual(['eid-schema-unknown']);
    expect([why, fix?.says]).toEqual([
      expect.stringContaining('nobody is refused'),
      'name one of identity.schemas: person',
    ]);
  });

  it('says nothing where the schemas are configured elsewhere', async () => {
    const report = await examined(site([{ op: 'remove', path: '/identity/schemas' }], undefined, { ...ENV, POLICY }));
    expect(wrong(report)).toEqual([]);
  });
});

describe.each<[string, readonly Operation[], string]>([
  ['no hook of the level', [{ op: 'remove', path: `${SIGN_UP}/0` }], 'assurance-missing'],
  [
    'a plain hook of the level',
    [{ op: 'remove', path: `${SIGN_UP}/0/config/can_interrupt` }],
    'assurance-cannot-refuse',
  ],
  [
    'a hook of the level that is ignored',
    [set(`${SIGN_UP}/0/config/response`, { ignore: true })],
    'assurance-cannot-refuse',
  ],
  ['a hook before that of the level', [set(`${SIGN_UP}/0`, { hook: 'two_step_registration' })], 'assurance-not-first'],
  ['no hook for links', [{ op: 'remove', path: SETTINGS }], 'link-missing'],
  ['a list for links without ours', [set(`${SETTINGS}/hooks`, [])], 'link-missing'],
  ['an interrupting hook for links', [set(`${SETTINGS}/hooks/0/config/can_interrupt`, true)], 'link-too-early'],
  ['a parsing hook for links', [set(`${SETTINGS}/hooks/0/config/response`, { parse: true })], 'link-too-early'],
  [
    'a hook for links without the secret',
    [{ op: 'remove', path: `${SETTINGS}/hooks/0/config/auth` }],
    'hook-without-secret',
  ],
  ['another client', [set(`${PROVIDER}/client_id`, 'other')], 'eid-client-differs'],
  ['another issuer', [set(`${PROVIDER}/issuer_url`, `${ISSUER}/`)], 'eid-issuer-differs'],
  ['the method left off', [{ op: 'remove', path: `${OIDC}/enabled` }], 'eid-oidc-off'],
  ['a mapper that is not filled in', [set(`${PROVIDER}/mapper_url`, MAPPER)], 'eid-mapper-unfilled'],
  ['claims from UserInfo and a required level', [set(`${PROVIDER}/claims_source`, 'userinfo')], 'eid-level-hidden'],
])('the doctor on an eID with %s', (_name, changes, expected) => {
  it(`finds ${expected} and nothing else`, async () => {
    expect(wrong(await examined(site(changes)))).toEqual([expected]);
  });

  it('is green when what it says is done', async () => {
    expect((await mendedInTurn(site(changes))).report.green).toBe(true);
  });
});

describe('what the doctor says of an eID provider', () => {
  it.each<[string, Answer, string[]]>([
    ['that gives no answer', { failure: 'ECONNREFUSED' }, ['eid-unreachable']],
    ['that answers 404', { status: 404, json: undefined, date: undefined }, ['eid-unreachable']],
    ['whose document is none', answer({ issuer: ISSUER }), ['eid-unreachable']],
    ['with another issuer', answer({ ...DOCUMENT, issuer: `${ISSUER}/` }), ['eid-other-issuer']],
    ['that does not know a level', answer({ ...DOCUMENT, acr_values_supported: ['loa-2'] }), ['eid-unknown-level']],
    [
      'that Kratos cannot prove itself to',
      answer({ ...DOCUMENT, token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
      ['eid-client-authentication'],
    ],
    [
      'that can encrypt',
      answer({ ...DOCUMENT, id_token_encryption_alg_values_supported: ['RSA-OAEP'] }),
      ['eid-encrypted'],
    ],
  ])('%s', async (_name, asked, expected) => {
    expect(wrong(await examined(site([], asked)))).toEqual(expected);
  });

  it('that Kratos does not have: its recipe is missing', async () => {
    expect(wrong(await examined(site([set(`${PROVIDER}/id`, 'other')])))).toEqual(['eid-provider-missing']);
  });
});
