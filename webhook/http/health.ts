import type { FastifyInstance } from 'fastify';
import { CLOCK_TOLERANCE_MS } from '../model.ts';

/** The phase of the process; `server.ts` sets it. */
export interface Phase {
  current: 'starting' | 'ready' | 'stopping';
}

/** The ledger as readiness uses it. */
interface ProbedLedger {
  /** Writes, and returns a time to compare this clock with if there is one. Rejects while it cannot be written. */
  probe(now: number): Promise<number | undefined>;
  readonly budgets: {
    paused(now: number): Promise<readonly { readonly name: string; readonly reason: string | null }[]>;
  };
}

/** Options of the health routes. */
export interface HealthOptions {
  readonly ledger: ProbedLedger;
  readonly phase: Phase;
  readonly now: () => number;
  /** Upstreams that do not answer. */
  readonly unreachable: () => readonly string[];
  /** Why log lines are being dropped at this moment; undefined: none is. */
  readonly logProblem: () => string | undefined;
  readonly gate: GateState;
  /** The version of this program. */
  readonly version: string;
  /** Whether strangers read the answers: they see the status alone. */
  readonly isPublic: boolean;
}

/** The gate as the operator configured it. */
interface GateState {
  readonly mode: 'enforce' | 'shadow';
  readonly on_failure: 'block' | 'allow';
  /** The hash of the policy that is in force. */
  readonly policy: string;
}

interface Readiness {
  readonly status: 'ok' | 'degraded';
  readonly degraded: readonly string[];
  readonly gate: GateState;
  readonly version: string;
}

/** A probe writes: without a cache each request would be a commit. */
const CACHE_MS = 1_000;

async function ledgerProblems({ ledger, now }: Pick<HealthOptions, 'ledger' | 'now'>): Promise<string[]> {
  try {
    const ledgerTime = await ledger.probe(now());
    const difference = ledgerTime === undefined ? 0 : Math.abs(now() - ledgerTime);
    return difference > CLOCK_TOLERANCE_MS ? [`clock ${Math.round(difference / 1000)} s from the ledger's`] : [];
  } catch {
    return ['ledger not writable'];
  }
}

/** Returns what is degraded, in words for operators. */
export async function findProblems(
  options: Pick<HealthOptions, 'ledger' | 'now' | 'unreachable' | 'logProblem'>,
): Promise<string[]> {
  const { ledger, now, unreachable, logProblem } = options;
  const problems = await ledgerProblems(options);
  const paused = await ledger.budgets.paused(now()).catch(() => []);
  for (const { name, reason } of paused)
    problems.push(reason === null ? `${name} budget paused` : `creation paused: ${reason}`);
  const dropped = logProblem();
  if (dropped !== undefined) problems.push(dropped);
  return [...problems, ...unreachable().map((upstream) => `${upstream} unreachable`)];
}

/**
 * `GET /health/live`, `/health/alive`, `/health/ready`: 503 only while starting and stopping. A degraded replica still serves: to take
 * all replicas out would only refuse every sign-in (docs/design.md#http-routes).
 */
export async function healthRoutes(app: FastifyInstance, options: HealthOptions): Promise<void> {
  let cached: { at: number; readiness: Promise<Readiness> } | undefined;
  const probe = async (): Promise<Readiness> => {
    const degraded = await findProblems(options);
    return {
      status: degraded.length === 0 ? 'ok' : 'degraded',
      degraded,
      gate: options.gate,
      version: options.version,
    };
  };

  // The services of Ory answer at `alive`, so that their probes and charts fit.
  for (const path of ['/health/live', '/health/alive']) app.get(path, async () => ({ status: 'ok' }));

  app.get('/health/ready', async (_request, reply) => {
    if (options.phase.current !== 'ready') return reply.code(503).send({ status: options.phase.current });
    const now = options.now();
    // A clock that was set back ends the cache, too.
    if (cached === undefined || Math.abs(now - cached.at) >= CACHE_MS) cached = { at: now, readiness: probe() };
    const readiness = await cached.readiness;
    return options.isPublic ? { status: readiness.status } : readiness;
  });
}
