import { randomBytes } from 'node:crypto';
import { type Clock, createClock } from './clock.ts';
import type { Findings } from './execution/outcome.ts';
import type { Credential } from './execution/workflows.ts';
import type { CallKind, Fault } from './faults.ts';
import type { Settings } from './settings.ts';

export interface Bearer {
  readonly token: string;
  readonly clientId: string;
  /** Milliseconds of the machine's clock: a shift of the sandbox's clock never ends a bearer token. */
  readonly expiresAt: number;
}

/** What the sandbox knows of what is around it, and Jumio does not: for the people who look at its pages. */
export interface Surroundings {
  /** The name of the person behind a `customerInternalReference`; undefined: not known. */
  readonly nameOf?: (reference: string) => Promise<string | undefined>;
  /** Where a person with a link of an earlier run goes on. */
  readonly home?: string;
}

/** One Jumio tenant, in memory. */
export interface Sandbox {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** Prefix of every link; set once the sandbox listens. */
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
  /** Per execution: the callbacks that are still to be sent, one after the other. */
  readonly queues: Map<string, Promise<void>>;
  /** Per execution: a callback that is held until the next one was sent. */
  readonly held: Map<string, () => void>;
  /** The earliest time, by the sandbox's clock, at which an execution changes by itself. */
  nextDue: number;
  /** Aborted by a reset and by a stop: ends the deliveries and waits that were started before. */
  epoch: AbortController;
  /** Numbers the entries of both logs. */
  sequence: number;
}

/** An empty sandbox. */
export function createSandbox(defaults: Settings, surroundings: Surroundings = {}): Sandbox {
  return {
    surroundings,
    clock: createClock(),
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

/** Resets everything but bearer tokens, which stay valid: clients cache them for an hour. */
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

/** Adds an entry to a log and drops the oldest ones, so that a sandbox can run for weeks. */
export function append<T>(log: T[], entry: T): void {
  log.push(entry);
  if (log.length > LOG_LENGTH) log.splice(0, LOG_LENGTH / 10);
}

export type Status =
  | 'INITIATED'
  | 'ACQUISITION_STARTED'
  | 'ACQUIRED'
  | 'PROCESSED'
  | 'SESSION_EXPIRED'
  | 'TOKEN_EXPIRED';

/** Statuses that Jumio always reports (docs/reference/jumio.md#63-status-values). */
export const TERMINAL: ReadonlySet<Status> = new Set(['PROCESSED', 'SESSION_EXPIRED', 'TOKEN_EXPIRED']);

/** One workflow execution: one attempt of one person. Times are milliseconds of the sandbox's clock. */
export interface Execution {
  readonly id: string;
  readonly accountId: string;
  readonly definitionKey: string;
  readonly customerInternalReference: string;
  readonly userReference: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly successUrl: string | undefined;
  readonly errorUrl: string | undefined;
  readonly credentials: readonly Credential[];
  /** The secret inside the hosted link; undefined where there is no link (API-only workflow, no domain prefix). */
  readonly linkToken: string | undefined;
  readonly link: string | undefined;
  readonly createdAt: number;
  readonly linkEndsAt: number;
  /** False where an authentication has no earlier face on its account to compare with. */
  readonly hasReferenceFace: boolean;
  /** Names of the fields of prepared data that were sent; never their values. */
  prepared: readonly string[];
  status: Status;
  /** A text that is shown instead of the status, set by the control channel. */
  shownStatus: string | undefined;
  startedAt: number | undefined;
  lastActivityAt: number | undefined;
  acquiredAt: number | undefined;
  completedAt: number | undefined;
  /** Details answer 404 before this. */
  readableAt: number;
  /** The outcome that was chosen: `pass`, `abandon`, … */
  outcome: string | undefined;
  errorCode: string | undefined;
  /** How long the processing takes, seconds; undefined: as long as the setting says. */
  processingSeconds: number | undefined;
  /** Not shown until processing is over. */
  findings: Findings | undefined;
}

/** Whether a person can still act in an execution. */
export function isOpen({ status }: Execution): boolean {
  return status === 'INITIATED' || status === 'ACQUISITION_STARTED';
}

/** One entry of the call log. It holds no secret: no token, no query, no body. */
export interface CallRecord {
  readonly n: number;
  readonly time: string;
  readonly kind: CallKind | 'web' | 'other';
  readonly method: string;
  readonly path: string;
  readonly userAgent: string | null;
  /** Null where no answer was sent. */
  status: number | null;
  accountId: string | null;
  executionId: string | null;
  customerInternalReference: string | null;
  userReference: string | null;
}

/** Why a callback was sent: `genuine`, a requested fault, or a request to the control channel (`by-hand`). */
export type CallbackReason = 'genuine' | 'duplicate' | 'forged' | 'unknown-workflow' | 'unknown-status' | 'by-hand';

/** One entry of the log of callbacks, sent or lost. */
export interface CallbackRecord {
  readonly n: number;
  readonly executionId: string;
  readonly reason: CallbackReason;
  readonly url: string | null;
  readonly body: unknown;
  /** `no-url`: neither the request nor the tenant has a callback URL. `refused`: the answer was not 200. */
  state: 'waiting' | 'sending' | 'delivered' | 'refused' | 'unanswered' | 'lost' | 'no-url';
  /** By the sandbox's clock. */
  sentAt: string | null;
  attempts: number;
  answerStatus: number | null;
  /** The first 2,000 characters. */
  answerBody: string | null;
}
