import { Configuration, FrontendApi, IdentityApi, type JsonPatch } from '@ory/client';
import { axiosSettings, type Call, exchange } from '../upstream/http.ts';
import {
  accepted,
  credentialsWire,
  identitiesWire,
  identityWire,
  pageWire,
  patchedWire,
  toIdentity,
  toLinked,
  toPage,
  toPatched,
  toWhoami,
  traitsAt,
  unconfigured,
  wereThere,
} from './answers.ts';
import { patchOf, removalOf } from './patch.ts';
import type { KratosClient, Patched } from './types.ts';

export interface KratosClientOptions {
  readonly adminUrl: string;
  /** For whoami; without it `whoami` always rejects. */
  readonly publicUrl?: string;
  /** Bearer token of Ory Network; sent to the admin address only. Absent or empty: none is sent. */
  readonly apiKey?: string;
  readonly userAgent: string;
  /** A JSON pointer to the trait that holds a person's language. */
  readonly localeTrait?: string;
  /** Milliseconds for each call. */
  readonly deadline?: number;
}

const DEADLINE = 10_000;

/** Kratos sends whole identities, and metadata have no limit of their own. */
const MAX_LIST_BYTES = 16_000_000;

const PUBLISH: Call = { upstream: 'kratos', operation: 'patch' };

const REVOKE: Call = { upstream: 'kratos', operation: 'revoke' };

const READ: Call = { upstream: 'kratos', operation: 'read' };

const FIND: Call = { upstream: 'kratos', operation: 'find' };

const LIST: Call = { upstream: 'kratos', operation: 'list' };

const WHOAMI: Call = { upstream: 'kratos', operation: 'whoami' };

/** The client of one Kratos (docs/reference/kratos.md#7-admin-identity-api, docs/reference/kratos.md#9-sessions-and-redirects). Opens no connection before its first call. */
export function createKratosClient(options: KratosClientOptions): KratosClient {
  const settings = axiosSettings(options.userAgent);
  const admin = new IdentityApi(configuration(options.adminUrl, settings, options.apiKey));
  const lists = new IdentityApi(
    configuration(options.adminUrl, axiosSettings(options.userAgent, MAX_LIST_BYTES), options.apiKey),
  );
  const front = options.publicUrl && new FrontendApi(configuration(options.publicUrl, settings));
  const soon = () => AbortSignal.timeout(options.deadline ?? DEADLINE);

  const patch = async (id: string, jsonPatch: JsonPatch[]): Promise<Patched> => {
    const answer = await exchange(PUBLISH, soon(), (signal) => admin.patchIdentity({ id, jsonPatch }, { signal }));
    return toPatched(accepted(PUBLISH, answer, patchedWire));
  };

  return {
    publish: async (id, content) => (await patch(id, patchOf(content))).jumio,
    setState: (id, state, content) => {
      const set = { op: 'replace' as const, path: '/state', value: state };
      return patch(id, content === undefined ? [set] : [...patchOf(content), set]);
    },
    revokeSessions: async (id) => {
      const answer = await exchange(REVOKE, soon(), (signal) => admin.deleteIdentitySessions({ id }, { signal }));
      return wereThere(REVOKE, answer);
    },
    unpublish: async (identity, { withEid }) => {
      const removal = removalOf(identity, withEid);
      if (removal.length > 0) await patch(identity.id, removal);
    },
    find: async (credentialsIdentifier) => {
      const request = { credentialsIdentifier };
      const answer = await exchange(FIND, soon(), (signal) => admin.listIdentities(request, { signal }));
      return accepted(FIND, answer, identitiesWire).map(({ id }) => id);
    },
    read: async (id) => {
      const answer = await exchange(READ, soon(), (signal) => admin.getIdentity({ id }, { signal }));
      return toIdentity(accepted(READ, answer, identityWire));
    },
    traits: async (id, pointers) => {
      const answer = await exchange(READ, soon(), (signal) => admin.getIdentity({ id }, { signal }));
      return traitsAt(accepted(READ, answer, identityWire).traits, pointers);
    },
    list: async (pageSize, pageToken) => {
      const request = { pageSize, ...(pageToken !== undefined && { pageToken }) };
      const answer = await exchange(LIST, soon(), (signal) => lists.listIdentities(request, { signal }));
      return toPage(answer, accepted(LIST, answer, pageWire));
    },
    oidcCredentials: async (id) => {
      const request = { id, includeCredential: ['oidc' as const] };
      const answer = await exchange(READ, soon(), (signal) => admin.getIdentity(request, { signal }));
      return toLinked(accepted(READ, answer, credentialsWire(id)));
    },
    whoami: async ({ cookie, sessionToken, authorization }) => {
      if (!front) throw unconfigured(WHOAMI);
      const request = { ...(cookie && { cookie }), ...(sessionToken && { xSessionToken: sessionToken }) };
      const headers = { ...(authorization && { authorization }) };
      const answer = await exchange(WHOAMI, soon(), (signal) => front.toSession(request, { signal, headers }));
      return toWhoami(WHOAMI, answer, options.localeTrait);
    },
  };
}

/**
 * `@ory/client` has no time limit of its own and falls back to a public playground where no address is given.
 * It joins address and path as text, so that a slash at the end would be doubled.
 */
function configuration(address: string, settings: ReturnType<typeof axiosSettings>, apiKey?: string): Configuration {
  const basePath = address.replace(/\/+$/, '');
  return new Configuration({ basePath, baseOptions: settings, ...(apiKey && { accessToken: apiKey }) });
}
