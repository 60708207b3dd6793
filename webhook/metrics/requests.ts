import type { FastifyRequest } from 'fastify';
import type { ObserveAnswer, RouteOptions } from '../logging.ts';
import type { MetricRegistry } from './registry.ts';

/** The bounds that an objective speaks of are among them: 0.25 for the gate, 1 for a callback (docs/metrics.md#objectives). */
const BUCKETS_S = [0.05, 0.25, 1, 5];

/** Routes × methods × classes; an installation with everything configured has some eighty. */
const MOST = 90;

/** Those of an objective. */
const KNOWN = ['/jumio/validate', '/jumio/callback', '/jumio/initiate'].flatMap((route) =>
  ['2xx', '4xx', '5xx'].map((code) => ({ route, method: 'POST', code })),
);

/** The console has a third of all routes and few readers: it is one. */
function routeOf(template: string): string {
  return template.startsWith('/operator/') ? '/operator' : template;
}

/** How a route is named in a metric. Strangers choose the path and the method of a request to no route; a route of several methods refuses them all alike. */
function labelsOf({ is404 }: FastifyRequest, { url, method }: RouteOptions): { route: string; method: string } {
  if (is404 || url === undefined) return { route: 'unknown', method: 'any' };
  const [only, ...others] = [method].flat();
  return { route: routeOf(url), method: others.length > 0 ? 'other' : String(only) };
}

/** Returns what counts the answers of an application. The requests of probes are left out: they would be most of all. */
export function measuredRequests({ histogram }: MetricRegistry): ObserveAnswer {
  const seriesOf = histogram({
    name: 'http_request_duration_seconds',
    help: 'From the arrival of a request to its answer, by the template of its route. Without the probes of /health.',
    labels: ['route', 'method', 'code'],
    buckets: BUCKETS_S,
    most: MOST,
    kept: 'code',
    known: KNOWN,
  });
  // Looked up once for each route and class: the gate answers thousands of requests in a second.
  const byRoute = new WeakMap<object, ((seconds: number) => void)[]>();
  return (request, route, status, ms) => {
    const { config, url } = route;
    if (url?.startsWith('/health/')) return;
    const byClass = byRoute.get(config) ?? [];
    byRoute.set(config, byClass);
    const place = Math.floor(status / 100);
    const observe = byClass[place] ?? seriesOf({ ...labelsOf(request, route), code: `${place}xx` });
    byClass[place] = observe;
    observe(ms / 1_000);
  };
}
