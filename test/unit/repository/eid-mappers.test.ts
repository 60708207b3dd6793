import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holderOf, PROFILES, type ProviderKind } from '../../../sandbox/eid/kinds.ts';

const { default: Jsonnet } = await import('@arakoodev/jsonnet');

const engine = new Jsonnet();

/** Renders a mapper as Kratos does. */
function map(kind: ProviderKind, raw_claims: unknown): unknown {
  const mapper = readFileSync(new URL(`../../../eid/${kind}/mapper.jsonnet`, import.meta.url), 'utf8');
  // The engine knows variables as texts only, Kratos as code.
  const snippet = mapper.replace("std.extVar('claims')", "std.parseJson(std.extVar('claims'))");
  return JSON.parse(engine.extString('claims', JSON.stringify({ raw_claims })).evaluateSnippet(snippet));
}

const claimsOf = (kind: ProviderKind, acr: string) => ({ ...PROFILES[kind].claimsOf(holderOf('anna')), acr });

describe('the mapper of itsme', () => {
  const level = PROFILES.itsme.levels[0];
  const claims = claimsOf('itsme', level);

  it('maps names, birth date, phone and address to what only the operator sees, and the address to the trait', () => {
    expect(map('itsme', claims)).toEqual({
      identity: {
        traits: { email: 'anna@eid.example.org' },
        metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: level } },
        metadata_admin: {
          eid: {
            name: 'Anna Peeters',
            given_name: 'Anna',
            family_name: 'Peeters',
            birthdate: '1990-04-01',
            phone_number: '+32 470000000',
            address: { street_address: 'Rue Exemple 1', postal_code: '1000', locality: 'Bruxelles', country: 'BE' },
          },
        },
      },
    });
  });

  it('a claim that is missing, or of another kind, is null, and part of an address left out', () => {
    const odd = { name: 7, phone_number: ['+32'], address: { locality: 'Liège', country: 1, other: 'x' } };
    expect(map('itsme', odd)).toMatchObject({
      identity: {
        metadata_admin: {
          eid: { name: null, given_name: null, phone_number: null, address: { locality: 'Liège' } },
        },
      },
    });
    expect(map('itsme', { address: 'Rue Exemple 1' })).toMatchObject({
      identity: { metadata_admin: { eid: { address: null } } },
    });
  });
});

describe('the mapper of IDEMIA, and the generic one', () => {
  it('IDEMIA: names, document and address', () => {
    expect(map('idemia', claimsOf('idemia', 'loa-3'))).toMatchObject({
      identity: {
        metadata_public: { assurance: { acr: 'loa-3' } },
        metadata_admin: {
          eid: { given_name: 'Anna', family_name: 'Peeters', document: 'D-0000001', address: '1 Main Street' },
        },
      },
    });
  });

  it('generic: names', () => {
    expect(map('generic', claimsOf('generic', 'high'))).toMatchObject({
      identity: { metadata_admin: { eid: { given_name: 'Anna', family_name: 'Peeters' } } },
    });
  });
});

describe.each(['generic', 'idemia', 'itsme'] as const)('the mapper of %s', (kind) => {
  it('without an address has no such trait, so that Kratos asks for it', () => {
    for (const email of [undefined, null, 7])
      expect(map(kind, { acr: 'x', email })).toMatchObject({ identity: { traits: {} } });
    expect(JSON.stringify(map(kind, {}))).not.toContain('email');
  });

  it('renders without any claim', () => {
    for (const none of [undefined, null, 'text', []])
      expect(map(kind, none)).toMatchObject({ identity: { metadata_public: { assurance: { acr: null } } } });
  });
});
