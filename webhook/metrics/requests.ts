import type { FastifyInstance } from 'fastify';
import type { MetricRegistry } from './registry.ts';

/** The bounds that an objective speaks of are among them: 0.25 for the gate, 1 for a callback (docs/metrics.md#objectives). */
const BUCKETS_S = [0.05, 0.25, 1, 5];

/** Routes × methods × classes; an installation with everything configured has about fifty. */
const MOST = 65;

/** Those of an objective. */
const KNOWN = ['/jumio/validate', '/jumio/callback', '/jumio/initiate'].flatMap((route) =>
  ['2xx', '4xx', '5xx'].map((code) => ({ route, method: 'POST', code })),
);

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/**
 * Returns what makes an application count its answers, also of routes that are registered later. The requests of probes are left out: they
 * would be most of all.
 */
export function measuredRequests({ histogram }: MetricRegistry): (app: FastifyInstance) => void {
  const observe = histogram({
    name: 'http_request_duration_seconds',
    help: 'From the arrival of a request to its answer, by the template of its route. Without the probes of /health.',
    labels: ['route', 'method', 'code'],
    buckets: BUCKETS_S,
    most: MOST,
    known: KNOWN,
  });
  return (app) => {
    app.addHook('onResponse', (request, reply, done) => {
      const { url } = request.routeOptions;
      const code = CLASSES[Math.floor(reply.statusCode / 100) - 1] ?? 'other';
      const seconds = reply.elapsedTime / 1_000;
      // Strangers choose the path and the method of a request to no route.
      if (request.is404 || url === undefined) observe({ route: 'unknown', method: 'any', code }, seconds);
      else if (!url.startsWith('/health/')) observe({ route: url, method: request.method, code }, seconds);
      done();
    });
  };
}
