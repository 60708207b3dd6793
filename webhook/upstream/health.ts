import type { Observe, ObservedCall, Outcome } from './http.ts';

/** After this many failures in a row an upstream counts as unreachable, and not one request as odd. */
const FAILURES = 3;

/** Codes of the network that leave no doubt: nothing listens at this address, or there is no such address. Once is enough. */
const NOBODY_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'];

/** How the last calls to each upstream ended: for `/health/ready`. */
export interface UpstreamHealth {
  /** Listens to every outgoing call. */
  readonly observe: Observe;
  /** The upstreams of which a place refused its last connection, or failed its last three calls or more. */
  readonly unreachable: () => readonly string[];
  /** Whether no call to a place has ended within the last so many milliseconds. */
  readonly isQuiet: (place: string, ms: number) => boolean;
}

/** The name of an upstream in `unreachable`. Each eID provider has its own: one that is up must not hide one that is down. */
function nameOf({ upstream, provider }: ObservedCall): string {
  return provider === undefined ? upstream : `eID provider ${provider}`;
}

/**
 * Returns where a call goes: the addresses of one upstream are counted apart, because one that is up says nothing of another.
 * Jumio's tokens come from another host than its API, and Kratos' whoami from another port than its admin API.
 */
export function placeOf(call: ObservedCall): string {
  const isApart = call.operation === 'token' || call.operation === 'whoami';
  return isApart ? `${nameOf(call)}/${call.operation}` : nameOf(call);
}

/** An answer below 500 shows that the upstream is up. */
function isDown(outcome: Outcome): boolean {
  return outcome !== 'ok' && (outcome.facts.failure !== 'status' || (outcome.facts.status ?? 0) >= 500);
}

function isRefused(outcome: Outcome): boolean {
  if (outcome === 'ok' || outcome.facts.failure !== 'unreachable') return false;
  return NOBODY_THERE.includes(outcome.facts.detail ?? '');
}

/**
 * Whether an answer says nothing of its upstream: a person can send a cookie that Kratos cannot read, and whoami is then
 * answered 500. A Kratos that is broken fails the other calls too.
 */
function saysNothing({ upstream, operation }: ObservedCall, outcome: Outcome): boolean {
  // A receiver is an application's: that one is down is in `events list`, and degrades nothing of the service.
  if (upstream === 'receiver') return true;
  return operation === 'whoami' && outcome !== 'ok' && outcome.facts.status === 500;
}

interface Calls {
  readonly name: string;
  /** Failures in a row. */
  readonly count: number;
  readonly last: Outcome;
  /** When the last call ended, in milliseconds. */
  readonly at: number;
}

/** One failure that several calls share, such as that of a token, counts once; a refused connection counts as often as is enough. */
function failuresAfter(before: Calls | undefined, outcome: Outcome): number {
  if (!isDown(outcome)) return 0;
  if (isRefused(outcome)) return FAILURES;
  const count = before?.count ?? 0;
  return before?.last === outcome ? count : count + 1;
}

/**
 * Counts failures in a row, per place of an upstream, from no failure on.
 * @param now in milliseconds
 */
export function createUpstreamHealth(now: () => number = () => performance.now()): UpstreamHealth {
  const places = new Map<string, Calls>();
  return {
    observe: (call, outcome) => {
      if (saysNothing(call, outcome)) return;
      const place = placeOf(call);
      const count = failuresAfter(places.get(place), outcome);
      places.set(place, { name: nameOf(call), count, last: outcome, at: now() });
    },
    unreachable: () => {
      const down = [...places.values()].filter(({ count }) => count >= FAILURES);
      return [...new Set(down.map(({ name }) => name))];
    },
    isQuiet: (place, ms) => {
      const last = places.get(place);
      // A clock that was set back ends the rest, too.
      return last === undefined || Math.abs(now() - last.at) >= ms;
    },
  };
}
