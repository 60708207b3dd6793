import type { ClientAuthMethod } from 'oidc-provider';

export type ProviderKind = 'itsme' | 'idemia' | 'generic';

/** The differences between the providers (eid/README.md). */
export interface ProviderProfile {
  readonly title: string;
  /** From the lowest to the highest. */
  readonly levels: readonly [string, ...string[]];
  readonly scopes: readonly string[];
  readonly clientAuthentication: ClientAuthMethod;
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** What the demo's policy (`EID_POLICY`) makes of a level, as a text; undefined: no level was returned. */
  consequenceOf(level: string | undefined): string;
  claimsOf(holder: Holder): Readonly<Record<string, unknown>>;
}

const ENOUGH = 'enough, Jumio is not asked';

/** itsme's levels. */
export const ITSME = {
  basic: 'http://itsme.services/v2/claim/acr_basic',
  advanced: 'http://itsme.services/v2/claim/acr_advanced',
} as const;

const itsme: ProviderProfile = {
  title: 'itsme (sandbox)',
  levels: [ITSME.basic, ITSME.advanced],
  scopes: ['openid', 'service:DEMO', 'profile', 'email', 'phone', 'address'],
  clientAuthentication: 'client_secret_post',
  claims: {
    openid: ['sub'],
    profile: ['family_name', 'given_name', 'name', 'birthdate'],
    email: ['email', 'email_verified'],
    phone: ['phone_number'],
    address: ['address'],
  },
  consequenceOf: () => ENOUGH,
  claimsOf: ({ givenName, familyName, email, birthdate }) => ({
    phone_number: '+32 470000000',
    address: { street_address: 'Rue Exemple 1', postal_code: '1000', locality: 'Bruxelles', country: 'BE' },
    family_name: familyName,
    given_name: givenName,
    name: `${givenName} ${familyName}`,
    birthdate,
    email,
    // Always: itsme does not verify addresses.
    email_verified: false,
  }),
};

const idemia: ProviderProfile = {
  title: 'Mobile ID (sandbox)',
  levels: ['loa-2', 'loa-3', 'loa-4'],
  scopes: ['openid', 'id_basic', 'mt_scope'],
  clientAuthentication: 'client_secret_basic',
  claims: { openid: ['sub'], id_basic: ['firstName1', 'lastName1', 'documentId', 'address1', 'email'], mt_scope: [] },
  consequenceOf: (level) => {
    if (level === undefined) return 'the sign-up is refused: at least loa-2 is required';
    return level === 'loa-2' ? 'not enough, Jumio is asked too' : ENOUGH;
  },
  claimsOf: ({ givenName, familyName, email }) => ({
    firstName1: givenName,
    lastName1: familyName,
    documentId: 'D-0000001',
    address1: '1 Main Street',
    email,
  }),
};

/** A provider of which nothing is known but OpenID Connect. A holder whose name begins with `noemail` has no address there. */
const generic: ProviderProfile = {
  title: 'Another provider (sandbox)',
  levels: ['substantial', 'high'],
  scopes: ['openid', 'email'],
  clientAuthentication: 'client_secret_basic',
  claims: { openid: ['sub', 'given_name', 'family_name'], email: ['email'] },
  consequenceOf: () => ENOUGH,
  claimsOf: ({ sub, givenName, familyName, email }) => ({
    given_name: givenName,
    family_name: familyName,
    ...(sub.startsWith('noemail') ? {} : { email }),
  }),
};

export const PROFILES: Readonly<Record<ProviderKind, ProviderProfile>> = { itsme, idemia, generic };

/** A person with an eID. `sub` is the provider's id; an account that is deleted and created again has a new one. */
export interface Holder {
  readonly sub: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly birthdate: string;
}

/** The person behind a `sub`: made up from the name in front of `#`. */
export function holderOf(sub: string): Holder {
  const [name = 'demo'] = sub.split('#');
  const givenName = name.charAt(0).toUpperCase() + name.slice(1);
  return { sub, givenName, familyName: 'Peeters', email: `${name}@eid.example.org`, birthdate: '1990-04-01' };
}
