import { Configuration, FrontendApi, IdentityApi, type JsonPatch } from '@ory/client';
import type { z } from 'zod';
import { NIL_UUID } from '../accepted-text.ts';
import {
  axiosSettings,
  CALL_DEADLINE_MS,
  type Call,
  exchange,
  type Observe,
  observed,
  type UpstreamAnswer,
} from '../upstream/http.ts';
import {
  acceptKratos,
  credentialsWire,
  hasDeleted,
  identitiesWire,
  identityWire,
  notConfigured,
  pageWire,
  patchedWire,
  toIdentity,
  toLinked,
  toPage,
  toPatched,
  toWhoami,
  traitsAt,
} from './answers.ts';
import { patchOf, removalOf } from './patch.ts';
import { payerCredentialsWire, toPayerCredentials } from './payer-credentials.ts';
import type { KratosClient, Patched } from './types.ts';

/** The id of no identity: Kratos answers 404, which shows that Kratos is up. */
export const NOBODY = NIL_UUID;

/** Options of `createKratosClient`. */
export interface KratosClientOptions {
  readonly adminUrl: string;
  /** For whoami; without it `whoami` always rejects. */
  readonly publicUrl?: string;
  /** Bearer token of Ory Network; sent to the admin URL only. Absent or empty: none is sent. */
  readonly apiKey?: string;
  readonly userAgent: string;
  /** A JSON pointer to the trait with a person's language. */
  readonly localeTrait?: string;
  /** Milliseconds for each call. */
  readonly deadline?: number;
  /** Receives every call. */
  readonly observe?: Observe;
}

/** Kratos lists whole identities, and metadata have no limit of their own. */
const MAX_LIST_BYTES = 16_000_000;

const PATCH: Call = { upstream: 'kratos', operation: 'patch' };

const REVOKE: Call = { upstream: 'kratos', operation: 'revoke' };

const READ: Call = { upstream: 'kratos', operation: 'read' };

const FIND: Call = { upstream: 'kratos', operation: 'find' };

const LIST: Call = { upstream: 'kratos', operation: 'list' };

const WHOAMI: Call = { upstream: 'kratos', operation: 'whoami' };

/**
 * Returns the client of one Kratos (docs/reference/kratos.md#7-admin-identity-api,
 * docs/reference/kratos.md#9-sessions-and-redirects). Opens no connection before its first call.
 */
export function createKratosClient(options: KratosClientOptions): KratosClient {
  const settings = axiosSettings(options.userAgent);
  const admin = new IdentityApi(configuration(options.adminUrl, settings, options.apiKey));
  const lists = new IdentityApi(
    configuration(options.adminUrl, axiosSettings(options.userAgent, MAX_LIST_BYTES), options.apiKey),
  );
  const publicApi = options.publicUrl && new FrontendApi(configuration(options.publicUrl, settings));

  function run<T>(
    call: Call,
    send: (signal: AbortSignal) => Promise<unknown>,
    read: (call: Call, answer: UpstreamAnswer) => T,
  ): Promise<T> {
    const signal = AbortSignal.timeout(options.deadline ?? CALL_DEADLINE_MS);
    return observed(options.observe, call, async () => read(call, await exchange(call, signal, send)));
  }

  const patch = (id: string, jsonPatch: JsonPatch[]): Promise<Patched> =>
    run(
      PATCH,
      (signal) => admin.patchIdentity({ id, jsonPatch }, { signal }),
      (call, answer) => toPatched(acceptKratos(call, answer, patchedWire)),
    );

  const readIdentity = <T>(id: string, read: (identity: z.infer<typeof identityWire>) => T): Promise<T> =>
    run(
      READ,
      (signal) => admin.getIdentity({ id }, { signal }),
      (call, answer) => read(acceptKratos(call, answer, identityWire)),
    );

  return {
    publish: async (id, content) => (await patch(id, patchOf(content))).jumio,
    setState: (id, state, content) => {
      const set = { op: 'replace' as const, path: '/state', value: state };
      return patch(id, content === undefined ? [set] : [...patchOf(content), set]);
    },
    revokeSessions: (id) => run(REVOKE, (signal) => admin.deleteIdentitySessions({ id }, { signal }), hasDeleted),
    unpublish: async (identity, { withEid }) => {
      const removal = removalOf(identity, withEid);
      if (removal.length > 0) await patch(identity.id, removal);
    },
    find: (credentialsIdentifier) =>
      run(
        FIND,
        (signal) => admin.listIdentities({ credentialsIdentifier }, { signal }),
        (call, answer) => acceptKratos(call, answer, identitiesWire).map(({ id }) => id),
      ),
    read: (id) => readIdentity(id, (identity) => toIdentity(identity)),
    traits: (id, pointers) => readIdentity(id, ({ traits }) => traitsAt(traits, pointers)),
    list: (pageSize, pageToken) => {
      const request = { pageSize, ...(pageToken !== undefined && { pageToken }) };
      return run(
        LIST,
        (signal) => lists.listIdentities(request, { signal }),
        (call, answer) => toPage(answer, acceptKratos(call, answer, pageWire)),
      );
    },
    oidcCredentials: (id) =>
      run(
        READ,
        (signal) => admin.getIdentity({ id, includeCredential: ['oidc'] }, { signal }),
        (call, answer) => toLinked(acceptKratos(call, answer, credentialsWire(id))),
      ),
    payerCredentials: (id) =>
      run(
        READ,
        (signal) => admin.getIdentity({ id, includeCredential: ['passkey'] }, { signal }),
        (call, answer) => toPayerCredentials(acceptKratos(call, answer, payerCredentialsWire(id))),
      ),
    whoami: async ({ cookie, sessionToken, authorization }) => {
      if (!publicApi) throw notConfigured(WHOAMI);
      const request = { ...(cookie && { cookie }), ...(sessionToken && { xSessionToken: sessionToken }) };
      const headers = { ...(authorization && { authorization }) };
      return run(
        WHOAMI,
        (signal) => publicApi.toSession(request, { signal, headers }),
        (call, answer) => toWhoami(call, answer, options.localeTrait),
      );
    },
  };
}

/**
 * `@ory/client` has no timeout of its own, and uses a public playground if no URL is given. It joins URL and path as text,
 * so that a slash at the end would be doubled.
 */
function configuration(url: string, settings: ReturnType<typeof axiosSettings>, apiKey?: string): Configuration {
  const basePath = url.replace(/\/+$/, '');
  return new Configuration({ basePath, baseOptions: settings, ...(apiKey && { accessToken: apiKey }) });
}
