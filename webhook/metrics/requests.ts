import type { FastifyInstance, onResponseHookHandler } from 'fastify';
import type { MetricRegistry } from './registry.ts';

/** The bounds that an objective speaks of are among them: 0.25 for the gate, 1 for a callback (docs/metrics.md#objectives). */
const BUCKETS_S = [0.05, 0.25, 1, 5];

/** Routes × methods × classes; an installation with everything configured has about fifty. */
const MOST = 65;

/** Those of an objective. */
const KNOWN = ['/jumio/validate', '/jumio/callback', '/jumio/initiate'].flatMap((route) =>
  ['2xx', '4xx', '5xx'].map((code) => ({ route, method: 'POST', code })),
);

/**
 * Returns what makes an application count its answers, also of routes that are registered later. The requests of probes are left out: they
 * would be most of all.
 */
export function measuredRequests({ histogram }: MetricRegistry): (app: FastifyInstance) => void {
  const seriesOf = histogram({
    name: 'http_request_duration_seconds',
    help: 'From the arrival of a request to its answer, by the template of its route. Without the probes of /health.',
    labels: ['route', 'method', 'code'],
    buckets: BUCKETS_S,
    most: MOST,
    known: KNOWN,
  });
  const measured = (route: string, method: string): onResponseHookHandler => {
    // Looked up once for each class: the gate answers thousands of requests in a second.
    const byClass: ((seconds: number) => void)[] = [];
    return (_request, reply, done) => {
      const place = Math.floor(reply.statusCode / 100);
      const observe = byClass[place] ?? seriesOf({ route, method, code: `${place}xx` });
      byClass[place] = observe;
      observe(reply.elapsedTime / 1_000);
      done();
    };
  };
  return (app) => {
    app.addHook('onRoute', (route) => {
      if (route.url.startsWith('/health/')) return;
      const methods = [route.method].flat();
      const onResponse = [route.onResponse ?? []].flat();
      // Routes with several methods refuse them all alike.
      route.onResponse = [measured(route.url, methods.length === 1 ? String(methods[0]) : 'other'), ...onResponse];
    });
    // Strangers choose the path and the method of a request to no route.
    const unknown = measured('unknown', 'any');
    app.addHook('onResponse', function (request, reply, done) {
      if (request.is404) unknown.call(this, request, reply, done);
      else done();
    });
  };
}
