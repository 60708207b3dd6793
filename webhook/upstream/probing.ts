import { UpstreamError } from '../errors.ts';
import type { UpstreamHealth } from './health.ts';

/** A call that shows whether a place of an upstream answers. It changes nothing there. */
export interface Probe {
  /** As `placeOf` names it. */
  readonly place: string;
  /** Rejects with `UpstreamError` only. The client reports the outcome to the health of upstreams. */
  readonly run: () => Promise<unknown>;
}

/** A place that was spoken to within this time needs no probe. */
const QUIET_MS = 15_000;

/** The pause between two rounds: 15 to 30 s, so that replicas that started together do not probe together. */
const PAUSE_MS = { least: 15_000, more: 15_000 };

/** The rounds of probes of a process. */
export interface Probing {
  /** Probes every place that is quiet, once. Never rejects. */
  readonly round: () => Promise<void>;
  /** Probes now, and then again and again. */
  readonly start: () => void;
  readonly stop: () => void;
}

/**
 * Returns the probes of upstreams that nobody has spoken to: without them a service without visitors would be `ok` until
 * the first person fails, and `degraded` until the next one succeeds.
 * @param onFault receives an error that is none of an upstream: a probe must not end the process
 */
export function createProbing(
  probes: readonly Probe[],
  { isQuiet }: Pick<UpstreamHealth, 'isQuiet'>,
  onFault: (error: unknown) => void,
): Probing {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;

  const runProbe = async ({ run }: Probe): Promise<void> => {
    try {
      await run();
    } catch (error) {
      // The observer of the client counts the failure of an upstream, and readiness names it.
      if (!(error instanceof UpstreamError)) onFault(error);
    }
  };

  const round = async (): Promise<void> => {
    await Promise.all(probes.filter(({ place }) => isQuiet(place, QUIET_MS)).map(runProbe));
  };

  const next = async (): Promise<void> => {
    await round();
    if (isStopped) return;
    timer = setTimeout(() => void next(), PAUSE_MS.least + Math.random() * PAUSE_MS.more);
    // A process that has nothing else to do may end.
    timer.unref();
  };

  return {
    round,
    start: () => {
      isStopped = false;
      void next();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
