import { UpstreamError } from '../../webhook/errors.ts';
import type { Credentials, KratosClient, KratosIdentity, Whoami } from '../../webhook/kratos/client.ts';
import { CANARIES } from './canaries.ts';

type Methods = { -readonly [Name in keyof KratosClient]?: KratosClient[Name] | undefined };

/** Kratos as the service's client shows it, without a socket. */
export interface FakeKratos extends KratosClient {
  readonly calls: { readonly publish: string[]; readonly read: string[]; readonly whoami: Credentials[] };
  /** While set, a method answers so. */
  readonly instead: Methods;
  /** What `metadata_public.jumio` of an identity is; a test may write another. */
  readonly copies: Map<string, unknown>;
  /** Signs a person in: the Cookie header of their browser. */
  signIn(identityId: string): string;
  /** Ends every session. */
  signOut(): void;
}

/** Nobody listens at Kratos' address. */
export function kratosDown(operation: string): Promise<never> {
  return Promise.reject(new UpstreamError({ upstream: 'kratos', operation, failure: 'unreachable' }));
}

export function createFakeKratos(): FakeKratos {
  const calls: FakeKratos['calls'] = { publish: [], read: [], whoami: [] };
  const copies = new Map<string, unknown>();
  const sessions = new Map<string, string>();
  const instead: Methods = {};

  function identity(id: string): KratosIdentity {
    const jumio = copies.get(id);
    return { id, metadataPublic: jumio === undefined ? null : { jumio } };
  }

  function session({ cookie = '' }: Credentials): Whoami {
    const found = [...sessions].find(([value]) => cookie.split('; ').includes(`ory_kratos_session=${value}`));
    return found === undefined ? { kind: 'none' } : { kind: 'session', identity: identity(found[1]) };
  }

  return {
    calls,
    copies,
    instead,
    signIn: (identityId) => {
      const value = `${CANARIES.cookie}-${sessions.size}`;
      sessions.set(value, identityId);
      return `ory_kratos_session=${value}`;
    },
    signOut: () => sessions.clear(),
    publish: async (id, content) => {
      calls.publish.push(id);
      if (instead.publish) return instead.publish(id, content);
      copies.set(id, structuredClone(content.public));
      return copies.get(id);
    },
    read: async (id) => {
      calls.read.push(id);
      return instead.read ? instead.read(id) : identity(id);
    },
    whoami: async (credentials) => {
      calls.whoami.push(credentials);
      return instead.whoami ? instead.whoami(credentials) : session(credentials);
    },
  };
}
