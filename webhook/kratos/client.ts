import { Configuration, FrontendApi, IdentityApi, type JsonPatch } from '@ory/client';
import { axiosSettings, type Call, exchange } from '../upstream.ts';
import { toPage } from './page.ts';
import { accepted, wereThere } from './refusal.ts';
import { removalOf } from './removal.ts';
import { traitsAt } from './trait.ts';
import { toWhoami, unconfigured } from './whoami.ts';
import {
  credentialsWire,
  identitiesWire,
  identityWire,
  pageWire,
  patchedWire,
  toIdentity,
  toLinked,
  toPatched,
} from './wire.ts';

/** What we read of an identity. `metadataPublic` is whatever stands there: anybody's JSON. */
export interface KratosIdentity {
  readonly id: string;
  readonly schemaId?: string;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly metadataPublic: unknown;
  /** A language tag; of whoami only, and only where it is known in which trait it stands. */
  readonly locale?: string;
  /** Only the admin API shows it. */
  readonly metadataAdmin?: unknown;
  readonly state?: State;
  /** Epoch milliseconds; databases keep it to the second or better. */
  readonly stateChangedAt?: number;
}

/** Kratos' word for whether an identity may sign in and use its sessions at all. */
export type State = 'active' | 'inactive';

/** Our two sub-objects. */
export interface Publishable {
  readonly public: object;
  readonly admin: object;
}

/** What the answer to a PATCH shows. */
export interface Patched extends Pick<KratosIdentity, 'state' | 'stateChangedAt'> {
  readonly jumio: unknown;
}

/** One provider that an identity is linked with. */
export interface OidcCredential {
  /** Its id in Kratos' configuration. */
  readonly provider: string;
  readonly subject: string;
  /** Empty where Kratos kept none. */
  readonly idToken: string;
  /** When Kratos stored what an identity is linked with: at the sign-up, or with the last link. Epoch milliseconds. */
  readonly storedAt?: number;
}

/** What an identity is linked with, and what its metadata say at the same moment. */
export interface Linked {
  readonly credentials: readonly OidcCredential[];
  readonly metadataPublic: unknown;
}

/** The credentials of a person's request, forwarded as they came. */
export interface Credentials {
  readonly cookie?: string;
  readonly sessionToken?: string;
  /** The header as it came, `Bearer …`. */
  readonly authorization?: string;
}

export type Whoami =
  | { readonly kind: 'session'; readonly identity: KratosIdentity }
  | { readonly kind: 'none' }
  /** Kratos wants a second factor first (403 `session_aal2_required`) and says where. */
  | { readonly kind: 'second-factor'; readonly redirectTo?: string };

/** A page of all identities. */
export interface IdentityPage {
  readonly identities: readonly KratosIdentity[];
  /** Opaque; undefined: this was the last page. */
  readonly next?: string;
  /** Milliseconds to wait before the next call: this one used up what Kratos allows. */
  readonly pause?: number;
}

/** Every method rejects with `UpstreamError` only. */
export interface KratosClient {
  /** Writes our two sub-objects (`add`, one PATCH) and returns the `metadata_public.jumio` of the answer. */
  publish(identityId: string, content: Publishable): Promise<unknown>;
  /** One PATCH of the state, and of our two sub-objects where they are given. */
  setState(identityId: string, state: State, content?: Publishable): Promise<Patched>;
  /** Ends every session of an identity; whether there were any. An identity that is gone has none. */
  revokeSessions(identityId: string): Promise<boolean>;
  /** Removes our two sub-objects, and where asked for those of an eID's mapper, if the identity as it was read has them. */
  unpublish(identity: KratosIdentity, what: { readonly withEid: boolean }): Promise<void>;
  read(identityId: string): Promise<KratosIdentity>;
  /** The ids of the identities that sign in with exactly this identifier, e.g. an e-mail address. */
  find(identifier: string): Promise<string[]>;
  /** @param pageSize at most 500, whatever is asked for. @param from `next` of the page before. */
  list(pageSize: number, from?: string): Promise<IdentityPage>;
  /** The OpenID Connect credentials with the ID tokens that Kratos kept: of the sign-up, and of each link. */
  oidcCredentials(identityId: string): Promise<Linked>;
  /** What stands at these places (JSON pointers) in the traits now, under the names given; what is missing is left out. */
  traits(identityId: string, pointers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  whoami(credentials: Credentials): Promise<Whoami>;
}

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

/** The client of one Kratos (kratos.md §7, §9). Opens no connection before its first call. */
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

/** `add` creates missing parents and replaces what is there: no read is needed before, and a repeat changes nothing. */
function patchOf(content: Publishable): JsonPatch[] {
  return [
    { op: 'add' as const, path: '/metadata_public/jumio', value: content.public },
    { op: 'add' as const, path: '/metadata_admin/jumio', value: content.admin },
  ];
}
