import { randomBytes } from 'node:crypto';
import type { CallRecord } from './api/call.ts';
import type { CallbackRecord } from './callbacks/record.ts';
import { type Clock, makeClock } from './clock.ts';
import type { Execution } from './execution/execution.ts';
import type { Fault } from './faults.ts';
import type { Settings } from './settings.ts';

export interface Bearer {
  readonly token: string;
  readonly clientId: string;
  /** Milliseconds of the machine's clock: moving the sandbox's time never ends a bearer token. */
  readonly expiresAt: number;
}

/** One Jumio tenant, in memory. */
export interface Sandbox {
  readonly clock: Clock;
  /** Start of every link the sandbox hands out; known once it listens. */
  publicUrl: string;
  settings: Settings;
  readonly defaults: Settings;
  readonly signingKey: Buffer;
  readonly bearers: Map<string, Bearer>;
  readonly buckets: Map<string, { tokens: number; at: number }>;
  readonly accounts: Set<string>;
  readonly executions: Map<string, Execution>;
  readonly faults: Fault[];
  readonly calls: CallRecord[];
  readonly callbacks: CallbackRecord[];
  /** Per execution: the callbacks still to be sent, one after the other. */
  readonly queues: Map<string, Promise<void>>;
  /** Per execution: a callback that waits to be overtaken. */
  readonly held: Map<string, () => void>;
  /** Earliest sandbox time at which some execution changes by itself. */
  nextDue: number;
  /** Aborted by a reset and by stopping: ends deliveries and waits of before. */
  epoch: AbortController;
  /** Numbers the entries of both logs. */
  sequence: number;
}

/** A sandbox that knows nobody yet. */
export function createSandbox(defaults: Settings): Sandbox {
  return {
    clock: makeClock(),
    publicUrl: '',
    settings: defaults,
    defaults,
    signingKey: randomBytes(64),
    bearers: new Map(),
    buckets: new Map(),
    accounts: new Set(),
    executions: new Map(),
    faults: [],
    calls: [],
    callbacks: [],
    queues: new Map(),
    held: new Map(),
    nextDue: Number.POSITIVE_INFINITY,
    epoch: new AbortController(),
    sequence: 0,
  };
}

/** Back to the start, except that bearer tokens already handed out stay good: clients keep them for an hour. */
export function resetSandbox(sandbox: Sandbox): void {
  sandbox.epoch.abort();
  sandbox.epoch = new AbortController();
  sandbox.clock.reset();
  sandbox.settings = sandbox.defaults;
  sandbox.nextDue = Number.POSITIVE_INFINITY;
  const { buckets, accounts, executions, queues, held } = sandbox;
  for (const map of [buckets, accounts, executions, queues, held]) map.clear();
  for (const list of [sandbox.faults, sandbox.calls, sandbox.callbacks]) list.length = 0;
}

const LOG_LENGTH = 10_000;

/** Adds to a log and lets go of its oldest entries, so that a sandbox may run for weeks. */
export function append<T>(log: T[], entry: T): void {
  log.push(entry);
  if (log.length > LOG_LENGTH) log.splice(0, LOG_LENGTH / 10);
}
