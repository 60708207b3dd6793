/*
 * Traces by OpenTelemetry (README.md): `node --import ./tracing/start.js …`. The packages that it imports are none of the service's, and
 * are installed beside it by whoever wants traces.
 */
import { subscribe, tracingChannel } from 'node:diagnostics_channel';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { scrub } from './attributes.js';

process.env.OTEL_SERVICE_NAME ??= 'jumio-bridge';
process.env.OTEL_SEMCONV_STABILITY_OPT_IN ??= 'http';

/** Hands on spans without what they may not carry. */
class ScrubbedSpans extends tracing.BatchSpanProcessor {
  onEnd(span) {
    scrub(span);
    super.onEnd(span);
  }
}

/** The span that last wrote an identity, or made an execution be read: the newest of these many. */
const MOST = 1_000;

const causes = new Map();

subscribe('jumio-bridge.written', ({ id }) => {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined) return;
  causes.delete(id);
  causes.set(id, span);
  if (causes.size > MOST) causes.delete(causes.keys().next().value);
});

function linksOf(ids) {
  return ids.flatMap((id) => {
    const span = causes.get(id);
    causes.delete(id);
    return span === undefined ? [] : [{ context: span }];
  });
}

const contexts = new AsyncLocalStorageContextManager();

const sdk = new NodeSDK({
  contextManager: contexts,
  spanProcessors: [new ScrubbedSpans(new OTLPTraceExporter())],
  instrumentations: [
    new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => url?.startsWith('/health/') === true }),
    new FastifyOtelInstrumentation({
      registerOnInitialization: true,
      instrumentHooks: false,
      instrumentHandler: false,
      recordExceptions: false,
    }),
  ],
});

sdk.start();

const tracer = trace.getTracer('jumio-bridge');

const steps = tracingChannel('jumio-bridge.step');

// A step of the worker is linked to what has made its work due, and no part of it: it may run hours later, and for several at once.
steps.start.bindStore(contexts._asyncLocalStorage, (step) => {
  const attributes = { 'jumio_bridge.jobs': step.jobs.join(' ') };
  const span = tracer.startSpan(
    'step',
    { kind: SpanKind.INTERNAL, links: linksOf(step.ids), attributes },
    ROOT_CONTEXT,
  );
  step.span = span;
  return trace.setSpan(ROOT_CONTEXT, span);
});

steps.subscribe({
  error: ({ span }) => span?.setStatus({ code: SpanStatusCode.ERROR }),
  asyncEnd: ({ span }) => span?.end(),
});

// The last spans are sent before the process ends.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void sdk.shutdown().catch(() => undefined));
