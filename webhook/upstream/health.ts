import type { Observe, ObservedCall, Outcome } from './http.ts';

/** After this many failures in a row an upstream counts as unreachable, and not one request as odd. */
const FAILURES = 3;

/** How the last calls to each upstream ended: for `/health/ready`. */
export interface UpstreamHealth {
  /** Listens to every outgoing call. */
  readonly observe: Observe;
  /** The upstreams whose last three calls or more all failed. */
  readonly unreachable: () => readonly string[];
}

/** The name of an upstream in `unreachable`. Each eID provider has its own: one that is up must not hide one that is down. */
function nameOf({ upstream, provider }: ObservedCall): string {
  return provider === undefined ? upstream : `eID provider ${provider}`;
}

/** An answer below 500 shows that the upstream is up. */
function isDown(outcome: Outcome): boolean {
  return outcome !== 'ok' && (outcome.facts.failure !== 'status' || (outcome.facts.status ?? 0) >= 500);
}

/**
 * Whether an answer says nothing of its upstream: a person can send a cookie that Kratos cannot read, and whoami is then
 * answered 500. A Kratos that is broken fails the other calls too.
 */
function saysNothing({ operation }: ObservedCall, outcome: Outcome): boolean {
  return operation === 'whoami' && outcome !== 'ok' && outcome.facts.status === 500;
}

interface Failures {
  readonly count: number;
  readonly last: Outcome;
}

/** One failure that several calls share, such as that of a token, counts once. */
function failuresAfter(before: Failures | undefined, outcome: Outcome): Failures {
  if (before !== undefined && outcome !== 'ok' && before.last === outcome) return before;
  return { count: isDown(outcome) ? (before?.count ?? 0) + 1 : 0, last: outcome };
}

/** Counts failures in a row, per upstream, from no failure on. */
export function createUpstreamHealth(): UpstreamHealth {
  const failures = new Map<string, Failures>();
  return {
    observe: (call, outcome) => {
      // Another host serves Jumio's tokens: one that it answers says nothing of the API. One that it does not answer
      // is the failure of the call that needs it.
      if (call.operation === 'token' || saysNothing(call, outcome)) return;
      const name = nameOf(call);
      failures.set(name, failuresAfter(failures.get(name), outcome));
    },
    unreachable: () => [...failures].filter(([, { count }]) => count >= FAILURES).map(([name]) => name),
  };
}
