import { UpstreamError, type UpstreamFacts } from '../../../webhook/errors.ts';
import type {
  Credentials,
  KratosClient,
  KratosIdentity,
  KratosSession,
  OidcCredential,
  PayerCredentials,
  Publishable,
  State,
  Whoami,
} from '../../../webhook/kratos/types.ts';
import { CANARIES } from '../logs/canaries.ts';

type Methods = { -readonly [Name in keyof KratosClient]?: KratosClient[Name] | undefined };

/**
 * A Kratos behind the interface of the client, without a socket. The server of `kratos-server.ts` answers over HTTP, for
 * tests of the client and of the service as a process.
 */
export interface FakeKratos extends KratosClient {
  readonly calls: {
    readonly publish: string[];
    /** The written states, with or without our copy. */
    readonly setState: { readonly id: string; readonly state: State; readonly withCopy: boolean }[];
    readonly revokeSessions: string[];
    readonly read: string[];
    /** The start of each requested page; undefined for the first. */
    readonly list: (string | undefined)[];
    readonly oidcCredentials: string[];
    readonly payerCredentials: string[];
    readonly whoami: Credentials[];
    readonly unpublish: string[];
    readonly traits: string[];
  };
  /** Replacements of methods, while set. */
  readonly instead: Methods;
  /** `metadata_public.jumio` of each identity; a test may change it. */
  readonly copies: Map<string, unknown>;
  /** The state of each identity that is not simply active, with its time. */
  readonly states: Map<string, { readonly state: State; readonly stateChangedAt: number }>;
  /** The language in the traits, where there is one. */
  readonly locales: Map<string, string>;
  /** The traits of an identity, by JSON pointer. */
  readonly traitsOf: Map<string, Readonly<Record<string, unknown>>>;
  /** The identity of each identifier. */
  readonly identifiers: Map<string, string>;
  /** The identities of the list, in order. */
  readonly identities: KratosIdentity[];
  /** The OpenID Connect credentials of an identity, with the ID tokens that were kept. */
  readonly credentials: Map<string, OidcCredential[]>;
  /** The passkeys of an identity, and the age of it and its password; by default no passkey, and both are a year old. */
  readonly payers: Map<string, PayerCredentials>;
  /** How the sessions of an identity were authenticated, where it differs: by default with the password, at the sign-in. */
  readonly authentications: Map<string, Partial<KratosSession>>;
  /** Signs a person in; returns the Cookie header of their browser. */
  signIn(identityId: string): string;
  /** Signs a person in at an application without cookies; returns the session token. */
  signInApp(identityId: string): string;
  /** Ends every session. */
  signOut(): void;
}

/** A rejection with these facts; by default the failure is the status. */
export function kratosFails(facts: Partial<UpstreamFacts> & { readonly operation: string }): Promise<never> {
  return Promise.reject(new UpstreamError({ upstream: 'kratos', failure: 'status', ...facts }));
}

/** A rejection as if connections to Kratos were refused. */
export function kratosDown(operation: string): Promise<never> {
  return kratosFails({ operation, failure: 'unreachable' });
}

/** @param now the clock of `state_changed_at` */
export function createFakeKratos(now: () => number = Date.now): FakeKratos {
  const calls: FakeKratos['calls'] = {
    publish: [],
    setState: [],
    revokeSessions: [],
    unpublish: [],
    traits: [],
    read: [],
    list: [],
    oidcCredentials: [],
    payerCredentials: [],
    whoami: [],
  };
  const states: FakeKratos['states'] = new Map();
  const credentials: FakeKratos['credentials'] = new Map();
  const payers: FakeKratos['payers'] = new Map();
  const copies = new Map<string, unknown>();
  const adminCopies = new Map<string, unknown>();
  const locales: FakeKratos['locales'] = new Map();
  const traitsOf: FakeKratos['traitsOf'] = new Map();
  const identifiers = new Map<string, string>();
  const sessions = new Map<string, { readonly owner: string; readonly session: KratosSession }>();
  const authentications: FakeKratos['authentications'] = new Map();
  const instead: Methods = {};
  const identities: KratosIdentity[] = [];

  function store(id: string, content: Publishable): void {
    copies.set(id, structuredClone(content.public));
    adminCopies.set(id, structuredClone(content.admin));
  }

  function identity(id: string): KratosIdentity {
    const jumio = copies.get(id);
    const locale = locales.get(id);
    const state = states.get(id) ?? { state: 'active' };
    const metadataPublic = jumio === undefined ? null : { jumio };
    const metadataAdmin = adminCopies.has(id) ? { jumio: adminCopies.get(id) } : null;
    return { id, metadataPublic, metadataAdmin, ...(locale && { locale }), ...state };
  }

  /** `X-Session-Token`, else the cookie, else the bearer token (docs/reference/kratos.md#9-sessions-and-redirects). */
  function session({ cookie = '', sessionToken, authorization }: Credentials): Whoami {
    const bearer = authorization?.replace(/^Bearer /, '');
    const cookies = cookie.split('; ').filter((each) => each.startsWith('ory_kratos_session='));
    const presented = sessionToken !== undefined ? [sessionToken] : cookies.length > 0 ? cookies : [bearer ?? ''];
    const found = [...sessions].find(([value]) => presented.includes(value));
    if (found === undefined) return { kind: 'none' };
    const [, { owner, session: authenticated }] = found;
    if (states.get(owner)?.state === 'inactive') return { kind: 'none' };
    return {
      kind: 'session',
      identity: identity(owner),
      session: { ...authenticated, ...authentications.get(owner) },
    };
  }

  function start(value: string, owner: string): string {
    const methods = [{ method: 'password', completedAt: now() }];
    const session = { id: `session-${sessions.size}`, authenticatedAt: now(), methods, phones: [] };
    sessions.set(value, { owner, session });
    return value;
  }

  return {
    calls,
    copies,
    locales,
    credentials,
    payers,
    states,
    identifiers,
    traitsOf,
    identities,
    instead,
    authentications,
    signIn: (identityId) => start(`ory_kratos_session=${CANARIES.cookie}-${sessions.size}`, identityId),
    signInApp: (identityId) => start(`${CANARIES.sessionToken}-${sessions.size}`, identityId),
    signOut: () => sessions.clear(),
    publish: async (id, content) => {
      calls.publish.push(id);
      if (instead.publish) return instead.publish(id, content);
      store(id, content);
      return copies.get(id);
    },
    setState: async (id, state, content) => {
      calls.setState.push({ id, state, withCopy: content !== undefined });
      if (instead.setState) return instead.setState(id, state, content);
      if (content !== undefined) store(id, content);
      if (states.get(id)?.state !== state) states.set(id, { state, stateChangedAt: now() });
      return { jumio: copies.get(id), ...states.get(id) };
    },
    revokeSessions: async (id) => {
      calls.revokeSessions.push(id);
      if (instead.revokeSessions) return instead.revokeSessions(id);
      const revoked = [...sessions].filter(([, { owner }]) => owner === id);
      for (const [value] of revoked) sessions.delete(value);
      return revoked.length > 0;
    },
    unpublish: async (found, what) => {
      calls.unpublish.push(found.id);
      if (instead.unpublish) return instead.unpublish(found, what);
      copies.delete(found.id);
      adminCopies.delete(found.id);
    },
    find: async (identifier) => {
      if (instead.find) return instead.find(identifier);
      const id = identifiers.get(identifier);
      return id === undefined ? [] : [id];
    },
    read: async (id) => {
      calls.read.push(id);
      return instead.read ? instead.read(id) : identity(id);
    },
    list: async (pageSize, from) => {
      calls.list.push(from);
      if (instead.list) return instead.list(pageSize, from);
      const end = Number(from ?? 0) + pageSize;
      const page = identities.slice(Number(from ?? 0), end);
      return { identities: page, ...(end < identities.length && { next: String(end) }) };
    },
    oidcCredentials: async (id) => {
      calls.oidcCredentials.push(id);
      if (instead.oidcCredentials) return instead.oidcCredentials(id);
      const { metadataPublic } = identity(id);
      return { credentials: credentials.get(id) ?? [], metadataPublic };
    },
    payerCredentials: async (id) => {
      calls.payerCredentials.push(id);
      if (instead.payerCredentials) return instead.payerCredentials(id);
      const old = now() - 365 * 86_400_000;
      return payers.get(id) ?? { passkeys: [], unreadable: [], createdAt: old, password: { updatedAt: old } };
    },
    traits: async (id, pointers) => {
      calls.traits.push(id);
      if (instead.traits) return instead.traits(id, pointers);
      const found = Object.entries(pointers).map(([name, at]) => [name, traitsOf.get(id)?.[at]] as const);
      return Object.fromEntries(found.filter(([, value]) => value !== undefined));
    },
    whoami: async (credentials) => {
      calls.whoami.push(credentials);
      return instead.whoami ? instead.whoami(credentials) : session(credentials);
    },
  };
}
