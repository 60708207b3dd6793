import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROFILES } from '../../../sandbox/eid/kinds.ts';
import { fillRecipe } from '../../../sandbox/eid/recipe.ts';
import { at } from '../../../webhook/doctor/kratos-config/read.ts';
import { problems } from '../../support/service/environment.ts';

const ROOT = new URL('../../../', import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const FOLDERS = ['generic', 'idemia', 'itsme'] as const;

const filling = { providerId: 'mine', issuer: 'https://idp.example', clientId: 'c', clientSecret: 's' };

function provider(folder: string): Record<string, unknown> {
  return fillRecipe(folder, { ...filling, serviceCode: 'CODE', level: 'loa-3' });
}

/** The names of all tests: the first argument of `it(` or `test(`, with or without a table. */
function testNames(): Set<string> {
  const files = ['unit', 'integration', 'e2e', 'contract'].flatMap((kind) =>
    readdirSync(new URL(`test/${kind}/`, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => read(`test/${kind}/${file}`)),
  );
  const names = files.flatMap((text) => [...text.matchAll(/(?:it|test)\(\s*'([^'\n]+)'|\]\)\(\s*'([^'\n]+)'/g)]);
  return new Set(names.map(([, plain, ofTable]) => plain ?? ofTable ?? ''));
}

function yamlIn(text: string): string[] {
  return [...text.matchAll(/^ *```yaml\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
}

describe('the recipes of eid/', () => {
  it('the recipes of eid/ are three, of three files each', () => {
    const entries = readdirSync(new URL('eid/', ROOT), { withFileTypes: true });
    expect(
      entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...FOLDERS]);
    for (const folder of FOLDERS)
      expect(readdirSync(new URL(`eid/${folder}/`, ROOT)).toSorted()).toEqual([
        'README.md',
        'mapper.jsonnet',
        'provider.yaml',
      ]);
  });

  it.each(FOLDERS)('the recipe %s leaves no placeholder, trusts no address, and raises no error', (folder) => {
    const mapper = read(`eid/${folder}/mapper.jsonnet`).replace(/^\/\/.*$/gm, '');
    expect(JSON.stringify(provider(folder))).not.toMatch(/<[A-Z_]+>/);
    expect(mapper).not.toMatch(/\berror\b|verified_addresses/);
    expect(mapper).toContain("assurance: { source: '<PROVIDER_ID>', acr: text('acr') }");
  });

  it.each(FOLDERS)('the recipe %s maps the ID token and requests the level in it', (folder) => {
    expect(provider(folder)).toMatchObject({
      claims_source: 'id_token',
      requested_claims: { id_token: { acr: { essential: true } } },
    });
  });

  it.each(['itsme', 'idemia'] as const)(
    'the recipe %s has the scopes and levels of its page, and the provider supports them',
    (kind) => {
      const page = read(`eid/${kind}/README.md`);
      const filled = fillRecipe(kind, { ...filling, serviceCode: 'DEMO' });
      const { scope, requested_claims } = JSON.parse(JSON.stringify(filled));
      const { scopes, levels } = PROFILES[kind];
      expect(scopes).toEqual(expect.arrayContaining(scope));
      expect(levels).toEqual(expect.arrayContaining(requested_claims.id_token.acr.values));
      for (const name of scopes) expect(page).toContain(name.replace('DEMO', '<CODE>'));
      for (const level of levels) expect(page).toContain(level.replace(/^.*\//, ''));
    },
  );
});

describe('the pages of eid/', () => {
  it.each(FOLDERS)('the page eid/%s names only tests that exist', (folder) => {
    const known = testNames();
    const named = [...read(`eid/${folder}/README.md`).matchAll(/«([^»]+)»/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.has(name) && !known.has(`${name} (%s)`))).toEqual([]);
    expect(named.length > 5 || folder === 'generic').toBe(true);
  });

  it('the pages of eid/ show valid configurations', () => {
    const [, EID_PROVIDERS = '', POLICY = ''] = yamlIn(read('eid/README.md'));
    expect(Object.keys(parse(EID_PROVIDERS))).toEqual(['itsme', 'idemia']);
    expect(Object.keys(parse(POLICY))).toEqual(['rules', 'evidence', 'required_level']);
    expect(problems({ EID_PROVIDERS, POLICY })).toEqual([]);
    expect(problems({ EID_PROVIDERS, POLICY: POLICY.replace('loa-4', 'loa-9') })).not.toEqual([]);
  });

  it('the pages of eid/ show the place of a provider in Kratos, with the method enabled', () => {
    const shown: unknown = parse(yamlIn(read('eid/README.md'))[0] ?? '');
    const { id, provider: kind } = fillRecipe('itsme', { ...filling, providerId: 'itsme' });
    expect(at(shown, '/selfservice/methods/oidc/enabled')).toBe(true);
    expect(at(shown, '/selfservice/methods/oidc/config/providers')).toEqual([
      { id, provider: kind, mapper_url: expect.stringMatching(/^file:.*itsme\/mapper\.jsonnet$/) },
    ]);
  });
});
