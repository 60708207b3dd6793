import type { EidClient } from './eid/client.ts';
import { type Upstream, UpstreamError } from './errors.ts';
import type { JumioClient } from './jumio/types.ts';
import type { KratosClient } from './kratos/types.ts';

/** Each eID provider is one of its own: one that is up must not hide one that is down. */
type Watched = Upstream | `eID provider ${string}`;

/** So many failures in a row say that an upstream is down and not that one request was odd. */
const FAILURES = 3;

/** Keeps in mind how the last calls to each upstream went: for `/health/ready`. */
export interface UpstreamHealth {
  /** Passes a call's outcome on and remembers it. */
  over<T>(upstream: Watched, call: Promise<T>): Promise<T>;
  unreachable(): readonly string[];
}

/** An answer below 500 shows that somebody is there. */
function isDown(error: unknown): boolean {
  return error instanceof UpstreamError && (error.facts.failure !== 'status' || (error.facts.status ?? 0) >= 500);
}

interface Failures {
  readonly count: number;
  readonly last: unknown;
}

/** One call that failed is one failure, however many shared it. */
function after(before: Failures | undefined, error: unknown): Failures {
  if (before !== undefined && before.last === error) return before;
  return { count: isDown(error) ? (before?.count ?? 0) + 1 : 0, last: error };
}

export function createUpstreamHealth(): UpstreamHealth {
  const failures = new Map<Watched, Failures>();
  return {
    over: async (upstream, call) => {
      try {
        const value = await call;
        failures.delete(upstream);
        return value;
      } catch (error) {
        failures.set(upstream, after(failures.get(upstream), error));
        throw error;
      }
    },
    unreachable: () => [...failures].filter(([, { count }]) => count >= FAILURES).map(([upstream]) => upstream),
  };
}

export function observeJumio(watch: UpstreamHealth, client: JumioClient): JumioClient {
  return {
    create: (start) => watch.over('jumio', client.create(start)),
    status: (ids) => watch.over('jumio', client.status(ids)),
    details: (ids) => watch.over('jumio', client.details(ids)),
    prepare: (url, token, data) => watch.over('jumio', client.prepare(url, token, data)),
    deleteAccount: (id) => watch.over('jumio', client.deleteAccount(id)),
  };
}

export function observeKratos(watch: UpstreamHealth, client: KratosClient): KratosClient {
  return {
    publish: (id, content) => watch.over('kratos', client.publish(id, content)),
    setState: (id, state, content) => watch.over('kratos', client.setState(id, state, content)),
    revokeSessions: (id) => watch.over('kratos', client.revokeSessions(id)),
    unpublish: (identity, what) => watch.over('kratos', client.unpublish(identity, what)),
    find: (identifier) => watch.over('kratos', client.find(identifier)),
    oidcCredentials: (id) => watch.over('kratos', client.oidcCredentials(id)),
    read: (id) => watch.over('kratos', client.read(id)),
    list: (pageSize, from) => watch.over('kratos', client.list(pageSize, from)),
    traits: (id, pointers) => watch.over('kratos', client.traits(id, pointers)),
    whoami: (credentials) => watch.over('kratos', client.whoami(credentials)),
  };
}

export function observeEid(watch: UpstreamHealth, client: EidClient): EidClient {
  const providerOf = (id: string) => `eID provider ${id}` as const;
  return {
    ...client,
    discover: (id) => watch.over(providerOf(id), client.discover(id)),
    verify: (id, idToken, hooks) => watch.over(providerOf(id), client.verify(id, idToken, hooks)),
  };
}
