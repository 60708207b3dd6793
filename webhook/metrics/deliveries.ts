import type { ObserveTry, TryEnd } from '../events/index.ts';
import { failureOf } from './calls.ts';
import { DELIVERY_OUTCOMES, type DeliveryOutcome } from './known.ts';
import type { MetricRegistry } from './registry.ts';

/** Endpoints × outcomes: all of them for seven endpoints, and what is delivered to each of fifty. */
const MOST = 60;

function outcomeOf(end: TryEnd): DeliveryOutcome {
  if (end === 'given-up') return 'given_up';
  return typeof end === 'string' ? end : failureOf(end);
}

/** Returns what counts the tries of signed events. @param endpoints by their names, as they are configured; of none nothing is served */
export function measuredDeliveries({ counter }: MetricRegistry, endpoints: readonly string[]): ObserveTry {
  if (endpoints.length === 0) return () => undefined;
  const count = counter({
    name: 'event_deliveries_total',
    help: 'Tries of signed events, by the name of the endpoint; counted when their result is stored.',
    labels: ['endpoint', 'outcome'],
    most: MOST,
    kept: 'outcome',
    known: DELIVERY_OUTCOMES.flatMap((outcome) => endpoints.map((endpoint) => ({ endpoint, outcome }))),
  });
  return (endpoint, end) => count({ endpoint, outcome: outcomeOf(end) });
}
