import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CallbackRecord } from './callbacks/log.ts';
import { type Clock, makeClock } from './clock.ts';
import type { Execution } from './execution/execution.ts';
import type { CallKind, Fault } from './fault-kinds.ts';

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

const limit = z.strictObject({ perSecond: z.number().positive(), burst: z.int().positive() });

const limits = z.strictObject({
  token: limit.optional(),
  accounts: limit.optional(),
  retrieval: limit.optional(),
});

const client = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  permissions: z.array(z.enum(['initiate', 'retrieve'])),
});

/** The tenant as its portal would be set up, and the points on which Jumio's documents are silent. See README.md. */
export const settingsSchema = z.strictObject({
  clients: z.array(client),
  requireUserAgent: z.boolean(),
  rateLimits: z.union([z.enum(['off', 'documented']), limits]),
  bearerLifetimeSeconds: z.number().positive(),
  bearerRenewSeconds: z.number().nonnegative(),
  relaxedLocalUrls: z.boolean(),
  domainPrefix: z.boolean(),
  customWorkflowKeys: z.array(z.string()),
  linkLifetime: z.string().refine((text) => parseLifetime(text) !== undefined, 'expected 5m to 60d'),
  callbackUrl: z.string().nullable(),
  successUrl: z.string().nullable(),
  errorUrl: z.string().nullable(),
  processingSeconds: z.number().nonnegative(),
  authenticationWithoutFace: z.enum(['refuse', 'not-executed']),
  retrievalShowsAcquisitionStarted: z.boolean(),
  expiredDecision: z.enum(['NOT_EXECUTED', 'REJECTED']),
  extractedData: z.enum(['full', 'empty', 'not-available']),
  intermediateCallbacks: z.boolean(),
  longCallbackHref: z.boolean(),
  callbackTimeoutMs: z.int().positive(),
  callbackRetries: z.int().nonnegative(),
  callbackRetryMs: z.int().nonnegative(),
  health: z.enum(['UP', 'DEGRADED', 'DOWN']),
});

export type Settings = z.infer<typeof settingsSchema>;

/** What a sandbox starts with, its clients aside. */
export const DEFAULT_SETTINGS: Omit<Settings, 'clients'> = {
  requireUserAgent: true,
  rateLimits: 'off',
  bearerLifetimeSeconds: 3600,
  bearerRenewSeconds: 60,
  relaxedLocalUrls: true,
  domainPrefix: true,
  customWorkflowKeys: [],
  linkLifetime: '30m',
  callbackUrl: null,
  successUrl: null,
  errorUrl: null,
  processingSeconds: 0,
  authenticationWithoutFace: 'refuse',
  retrievalShowsAcquisitionStarted: true,
  expiredDecision: 'NOT_EXECUTED',
  extractedData: 'full',
  intermediateCallbacks: false,
  longCallbackHref: false,
  callbackTimeoutMs: 10_000,
  callbackRetries: 0,
  callbackRetryMs: 1000,
  health: 'UP',
};
const GRAMMAR = /^([+-]?\d+)([smhd]{1})$/;

const UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const SHORTEST = 5 * 60_000;

const LONGEST = 60 * 86_400_000;

/** Milliseconds of a `tokenLifetime` such as `30m`; undefined outside Jumio's grammar or its 5m to 60d. */
export function parseLifetime(text: string): number | undefined {
  const [, amount, unit = ''] = GRAMMAR.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT[unit] ?? Number.NaN);
  return milliseconds >= SHORTEST && milliseconds <= LONGEST ? milliseconds : undefined;
}

/** One entry of the call log. It holds no secret: no token, no query, no body. */
export interface CallRecord {
  readonly n: number;
  readonly time: string;
  readonly kind: CallKind | 'web' | 'other';
  readonly method: string;
  readonly path: string;
  readonly userAgent: string | null;
  /** Null when no answer was given. */
  status: number | null;
  accountId: string | null;
  executionId: string | null;
  customerInternalReference: string | null;
  userReference: string | null;
}
