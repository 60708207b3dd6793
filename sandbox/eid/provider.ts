import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Adapter, AdapterPayload, Configuration, Provider as Running } from 'oidc-provider';
import { holderOf, type Manner } from './kinds.ts';

export interface ClientOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Kratos' callback addresses. */
  readonly redirectUris: readonly string[];
}

/** Without the library's own check of the level: what the person picks is granted, be it less than was asked for. */
function grantsLess() {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  for (const check of ['essential_acr', 'essential_acrs']) login?.checks.remove(check);
  return policy;
}

function configuration(manner: Manner, client: ClientOptions, keys: readonly JWK[]): Configuration {
  return {
    adapter: createMemory(),
    jwks: { keys: [...keys] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [...client.redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: manner.clientAuthentication,
      },
    ],
    acrValues: [...manner.levels],
    scopes: [...manner.scopes],
    claims: Object.fromEntries(Object.entries(manner.claims).map(([scope, names]) => [scope, [...names]])),
    // IDEMIA and itsme put what was asked for into the ID token too.
    conformIdTokenClaims: false,
    features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
    pkce: { required: () => false },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    interactions: { policy: grantsLess(), url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AuthorizationCode: 180, IdToken: 300, AccessToken: 300, Interaction: 600, Grant: 600, Session: 600 },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...manner.claimsOf(holderOf(sub)) }) }),
    // The person consents in the app, as a part of confirming.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope(manner.scopes.join(' '));
      grant.addOIDCClaims(Object.values(manner.claims).flat());
      await grant.save();
      return grant;
    },
  };
}

export function createProvider(issuer: string, manner: Manner, client: ClientOptions, keys: readonly JWK[]): Running {
  return new Provider(issuer, configuration(manner, client, keys));
}
/** `console.warn` without lines of one text while something is done. */
async function without<T>(text: string, work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).includes(text)) warn(...said);
  };
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

/**
 * The library behind the eID providers. On Node 20 it warns as soon as it is loaded; all that is used of it here is tried
 * there too, and who starts the demo would take the warning for one about this project.
 */
export const { interactionPolicy, Provider } = await without(
  'WARNING: Unsupported runtime',
  () => import('oidc-provider'),
);

/** What a provider remembers, until it is stopped. The library's own memory is one for all, and warns at each start. */
export function createMemory(): (name: string) => Adapter {
  const all = new Map<string, AdapterPayload>();
  return (name) => {
    const keyOf = (id: string): string => `${name}:${id}`;
    const find = async (id: string) => all.get(keyOf(id));
    const by = async (field: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, stored]) => key.startsWith(`${name}:`) && stored[field] === value)?.[1];
    return {
      find,
      findByUid: (uid) => by('uid', uid),
      findByUserCode: (code) => by('userCode', code),
      upsert: async (id, payload) => void all.set(keyOf(id), payload),
      destroy: async (id) => void all.delete(keyOf(id)),
      consume: async (id) => void Object.assign((await find(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
      revokeByGrantId: async (grantId) => {
        for (const [key, stored] of all) if (stored.grantId === grantId) all.delete(key);
      },
    };
  };
}

/** A signing key of an eID provider, as it goes into its key set. */
export async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}
