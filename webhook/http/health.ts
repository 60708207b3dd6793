import type { FastifyInstance } from 'fastify';

/** Where the process is in its life. */
export interface Phase {
  current: 'starting' | 'ready' | 'stopping';
}

/** What readiness asks the ledger. */
interface ProbedLedger {
  /** Writes, and returns the ledger's own time if it has one. Rejects while it cannot be written. */
  probe(): Promise<number | undefined>;
  readonly budgets: {
    paused(now: number): Promise<readonly { readonly name: string; readonly reason: string | null }[]>;
  };
}

export interface HealthOptions {
  readonly ledger: ProbedLedger;
  readonly phase: Phase;
  readonly now: () => number;
  /** Upstreams whose last calls all failed. */
  readonly unreachable: () => readonly string[];
  readonly gate: GateState;
}

/** What the gate does, as the operator set it. */
export interface GateState {
  readonly mode: 'enforce' | 'shadow';
  readonly on_failure: 'block' | 'allow';
  /** Names the policy that is in force. */
  readonly policy: string;
}

interface Readiness {
  readonly status: 'ok' | 'degraded';
  readonly degraded: readonly string[];
  readonly gate: GateState;
}

/** A probe writes; a probe per request would be a commit per request. */
const CACHE_MS = 1_000;

/**
 * Leases, budgets and due times are compared by each replica's own clock: one that is 30 seconds ahead takes what another
 * is at work on, which may pay for an execution twice.
 */
const SAME_TIME_MS = 5_000;

async function ledgerProblems({ ledger, now }: HealthOptions): Promise<string[]> {
  try {
    const theirs = await ledger.probe();
    const apart = theirs === undefined ? 0 : Math.abs(now() - theirs);
    return apart > SAME_TIME_MS ? [`clock ${Math.round(apart / 1000)} s from the ledger's`] : [];
  } catch {
    return ['ledger not writable'];
  }
}

async function problems(options: HealthOptions): Promise<string[]> {
  const { ledger, now, unreachable } = options;
  const found = await ledgerProblems(options);
  const paused = await ledger.budgets.paused(now()).catch(() => []);
  for (const { name, reason } of paused)
    found.push(reason === null ? `${name} budget paused` : `creation paused: ${reason}`);
  return [...found, ...unreachable().map((upstream) => `${upstream} unreachable`)];
}

/**
 * `GET /health/live`, `/health/ready`: 503 only while starting and stopping. A degraded replica still serves: taking
 * them all out would only refuse every sign-in (docs/design.md#http-routes).
 */
export async function health(app: FastifyInstance, options: HealthOptions): Promise<void> {
  let known: { at: number; readiness: Promise<Readiness> } | undefined;
  const look = async (): Promise<Readiness> => {
    const degraded = await problems(options);
    return { status: degraded.length === 0 ? 'ok' : 'degraded', degraded, gate: options.gate };
  };

  app.get('/health/live', async () => ({ status: 'ok' }));

  app.get('/health/ready', async (_request, reply) => {
    if (options.phase.current !== 'ready') return reply.code(503).send({ status: options.phase.current });
    if (known === undefined || options.now() - known.at >= CACHE_MS) known = { at: options.now(), readiness: look() };
    return known.readiness;
  });
}
