import { type Clock, createClock } from '../jumio/clock.ts';
import type { CallKind, Fault } from './faults.ts';
import type { Settings } from './settings.ts';

/** One verification: a code that was sent to a number for an amount and a payee. Times are by the sandbox's clock. */
export interface Verification {
  readonly sid: string;
  readonly to: string;
  /** Undefined: the service has no PSD2 mode, so the code is of the number alone. */
  readonly amount: string | undefined;
  readonly payee: string | undefined;
  readonly code: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  updatedAt: number;
  status: 'pending' | 'approved' | 'canceled';
  /** When each code was sent, the same one each time. */
  readonly sends: { readonly sid: string; readonly at: number }[];
  /** Checks with a wrong code. */
  checks: number;
}

/** A message on a drawn phone. */
export interface Message {
  readonly n: number;
  readonly at: number;
  readonly to: string;
  readonly locale: string;
  readonly verificationSid: string;
  readonly code: string;
  readonly text: string;
}

/** One entry of the call log. It holds no secret, number or code. */
export interface CallRecord {
  readonly n: number;
  readonly kind: CallKind | 'other';
  readonly method: string;
  readonly path: string;
  readonly userAgent: string | null;
  /** The names of the fields of its form, in their order. */
  readonly fields: readonly string[];
  /** Null where no answer was sent. */
  status: number | null;
}

/** One account of Twilio with one Verify service, in memory. */
export interface Sandbox {
  readonly clock: Clock;
  /** Prefix of the links in answers; set once the sandbox listens. */
  publicUrl: string;
  settings: Settings;
  readonly defaults: Settings;
  readonly verifications: Map<string, Verification>;
  readonly messages: Message[];
  readonly faults: Fault[];
  readonly calls: CallRecord[];
  /** Numbers the entries of the logs. */
  sequence: number;
}

/** An empty sandbox. */
export function createSandbox(defaults: Settings): Sandbox {
  return {
    clock: createClock(),
    publicUrl: '',
    settings: defaults,
    defaults,
    verifications: new Map(),
    messages: [],
    faults: [],
    calls: [],
    sequence: 0,
  };
}

/** Empties a sandbox, and sets its clock and settings back. */
export function resetSandbox(sandbox: Sandbox): void {
  sandbox.clock.reset();
  sandbox.settings = sandbox.defaults;
  sandbox.verifications.clear();
  for (const list of [sandbox.messages, sandbox.faults, sandbox.calls]) list.length = 0;
}

const LOG_LENGTH = 10_000;

/** Adds an entry to a log and drops the oldest ones, so that a sandbox can run for weeks. */
export function append<T>(log: T[], entry: T): void {
  log.push(entry);
  if (log.length > LOG_LENGTH) log.splice(0, LOG_LENGTH / 10);
}

/** Whether a verification is there for Twilio: one that was used, canceled or has expired is deleted. */
export function isThere({ clock }: Sandbox, { status, expiresAt }: Verification): boolean {
  return status === 'pending' && clock.now() < expiresAt;
}
