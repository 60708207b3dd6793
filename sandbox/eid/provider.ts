import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Adapter, AdapterPayload, Configuration, Provider as Running } from 'oidc-provider';
import { holderOf, type ProviderProfile } from './kinds.ts';

export interface ClientOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Kratos' callback addresses. */
  readonly redirectUris: readonly string[];
}

/** The library's policy without its check of the level: the level that the person picks is granted, even a lower one. */
function policyWithoutLevelCheck() {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  for (const check of ['essential_acr', 'essential_acrs']) login?.checks.remove(check);
  return policy;
}

function configuration(profile: ProviderProfile, client: ClientOptions, keys: readonly JWK[]): Configuration {
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
        token_endpoint_auth_method: profile.clientAuthentication,
      },
    ],
    acrValues: [...profile.levels],
    scopes: [...profile.scopes],
    claims: Object.fromEntries(Object.entries(profile.claims).map(([scope, names]) => [scope, [...names]])),
    // IDEMIA and itsme put the requested claims into the ID token too.
    conformIdTokenClaims: false,
    features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
    pkce: { required: () => false },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    interactions: { policy: policyWithoutLevelCheck(), url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AuthorizationCode: 180, IdToken: 300, AccessToken: 300, Interaction: 600, Grant: 600, Session: 600 },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...profile.claimsOf(holderOf(sub)) }) }),
    // The person consents in the app, as a part of confirming.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope(profile.scopes.join(' '));
      grant.addOIDCClaims(Object.values(profile.claims).flat());
      await grant.save();
      return grant;
    },
  };
}

/** A provider that behaves as its profile says; it opens no socket. */
export function createProvider(
  issuer: string,
  profile: ProviderProfile,
  client: ClientOptions,
  keys: readonly JWK[],
): Running {
  return new Provider(issuer, configuration(profile, client, keys));
}

/** Runs `work`; meanwhile `console.warn` drops the lines that contain `text`. */
async function withoutWarning<T>(text: string, work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...args: unknown[]) => {
    if (!String(args[0]).includes(text)) warn(...args);
  };
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

/**
 * The library behind the eID providers. On Node 20 it prints a warning when it is loaded. What is used here is tested on
 * Node 20, and a user of the demo would take the warning for one about this project.
 */
const { interactionPolicy, Provider } = await withoutWarning(
  'WARNING: Unsupported runtime',
  () => import('oidc-provider'),
);

/** The store of one provider, in memory. The library's own store is shared by all providers, and warns at each start. */
function createMemory(): (name: string) => Adapter {
  const all = new Map<string, AdapterPayload>();
  return (name) => {
    const keyOf = (id: string): string => `${name}:${id}`;
    const find = async (id: string) => all.get(keyOf(id));
    const findBy = async (field: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, stored]) => key.startsWith(`${name}:`) && stored[field] === value)?.[1];
    return {
      find,
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (code) => findBy('userCode', code),
      upsert: async (id, payload) => void all.set(keyOf(id), payload),
      destroy: async (id) => void all.delete(keyOf(id)),
      consume: async (id) => void Object.assign((await find(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
      revokeByGrantId: async (grantId) => {
        for (const [key, stored] of all) if (stored.grantId === grantId) all.delete(key);
      },
    };
  };
}

/** Creates a signing key of an eID provider, as its key set holds it. */
export async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}
