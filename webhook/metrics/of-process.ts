import type { Config } from '../config/config.ts';
import type { Dependencies, Observers } from '../dependencies.ts';
import { createMetricsListener } from './listener.ts';
import { createMetrics } from './metrics.ts';
import { createRounds } from './rounds.ts';

/** Metrics that are served. */
export interface ServedMetrics {
  /** Opens the listener, and begins to read the ledger. Resolves with the port; rejects if the address cannot be opened. */
  readonly start: () => Promise<number>;
  /** Resolves when nothing reads the ledger any more. */
  readonly stop: () => Promise<void>;
}

/** The metrics of a process, in the two steps in which it is built: its collaborators are told whom to tell, and then serve. */
export interface ProcessMetrics {
  readonly observers: Observers;
  /** Call it once. Nothing runs before `start`. */
  readonly serve: (dependencies: Pick<Dependencies, 'ctx' | 'logger' | 'unreachable'>) => ServedMetrics;
}

/** The upstreams that a process speaks to, as readiness names them. */
function upstreamsOf({ EID_PROVIDERS: providers, TWILIO_VERIFY_SERVICE: twilio }: Config): readonly string[] {
  const eid = Object.keys(providers).map((id) => `eID provider ${id}`);
  return ['jumio', 'kratos', ...eid, ...(twilio === undefined ? [] : ['twilio'])];
}

/** Returns the metrics of a process that serves them at `METRICS_ADDRESS`. @param version of this program */
export function processMetrics(
  config: Config,
  address: NonNullable<Config['METRICS_ADDRESS']>,
  version: string,
): ProcessMetrics {
  const { policy, GATE_MODE: mode, WEBHOOKS: events } = config;
  const endpoints = (events?.endpoints ?? []).map(({ name }) => name);
  const metrics = createMetrics({ policy, mode, version, upstreams: upstreamsOf(config), endpoints });
  return {
    observers: metrics.observers,
    serve: ({ ctx, logger, unreachable }) => {
      const { ledger, rates, clock } = ctx;
      const gauges = metrics.watch({ ledger, rates, now: () => clock.now(), unreachable });
      const rounds = createRounds(gauges, (error) =>
        logger.error({ err: error }, 'could not read the ledger for metrics'),
      );
      const listener = createMetricsListener(address, metrics);
      return {
        start: async () => {
          const port = await listener.open();
          rounds.start();
          return port;
        },
        stop: async () => {
          await Promise.all([listener.close(), rounds.stop()]);
        },
      };
    },
  };
}
