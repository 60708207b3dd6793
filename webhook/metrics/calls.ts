import type { UpstreamFacts } from '../errors.ts';
import type { Observe } from '../upstream/http.ts';
import type { MetricRegistry } from './registry.ts';

/** The deadline of most calls is 10 seconds (`CALL_DEADLINE_MS`). */
const BUCKETS_S = [0.25, 1, 5];

/** Operations × outcomes; without a fault there are about twenty. */
const MOST = 45;

/** Those that each installation makes. */
const KNOWN = [
  ['jumio', 'token'],
  ['jumio', 'create'],
  ['jumio', 'status'],
  ['jumio', 'details'],
  ['kratos', 'patch'],
  ['kratos', 'read'],
  ['kratos', 'whoami'],
].map(([upstream = '', operation = '']) => ({ upstream, operation, outcome: 'ok' }));

/**
 * How a call failed. `refused`: the upstream answered, and will not: 3xx, 4xx. `limited`: it asks for a pause. `timeout`: no whole answer
 * in time. `broken`: no connection, 5xx, or an answer that is not as documented.
 */
export type FailedCall = 'refused' | 'limited' | 'timeout' | 'broken';

/** Returns the word for a failure. */
export function failureOf({ failure, status = 0 }: UpstreamFacts): FailedCall {
  switch (failure) {
    case 'timeout':
      return 'timeout';
    case 'status':
      return status === 429 ? 'limited' : status < 500 ? 'refused' : 'broken';
    case 'unreachable':
    case 'interrupted':
    case 'unusable':
      return 'broken';
    default:
      return failure satisfies never;
  }
}

/** Returns what counts the calls of this service. The observer of the upstreams reports each of them once. */
export function measuredCalls({ histogram }: MetricRegistry): Observe {
  const seriesOf = histogram({
    name: 'upstream_request_duration_seconds',
    help: 'A call to an upstream, the reading of its answer and a retry after a 401 included.',
    labels: ['upstream', 'operation', 'outcome'],
    buckets: BUCKETS_S,
    most: MOST,
    known: KNOWN,
  });
  return ({ upstream, operation }, outcome, ms) =>
    seriesOf({ upstream, operation, outcome: outcome === 'ok' ? outcome : failureOf(outcome.facts) })(ms / 1_000);
}
