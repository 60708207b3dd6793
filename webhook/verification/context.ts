import type { Logger } from 'pino';
import type { EidClient } from '../eid/client.ts';
import type { EidProviders } from '../eid/providers.ts';
import type { JumioClient } from '../jumio/types.ts';
import type { KratosClient } from '../kratos/types.ts';
import type { Rates } from '../ledger/budgets.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Observer } from './observer.ts';
import type { OnRejected, Policy } from './policy/index.ts';
import type { PrefillMapping } from './prefill-data.ts';

/** Epoch milliseconds. */
export interface Clock {
  now(): number;
}

/** Wakes handlers that wait for a step of this process. */
export interface WriteSignal {
  /** A step has written the identity's record. */
  readonly notify: (identityId: string) => void;
  /** Calls `listener` at each write, until the returned function is called. */
  readonly subscribe: (identityId: string, listener: () => void) => () => void;
}

/** The collaborators of everything in this folder. */
export interface Context {
  readonly ledger: Ledger;
  readonly writes: WriteSignal;
  readonly jumio: JumioClient;
  readonly kratos: KratosClient;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Undefined: nobody counts what happens. */
  readonly observer?: Observer | undefined;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly newId: () => string;
  /** Calls per second at Jumio; Kratos has no rate of ours. */
  readonly rates: Rates;
  /** The consequences of a rejection at Kratos besides the gate. */
  readonly onRejected: OnRejected;
  readonly policy: Policy;
  readonly gate: {
    /** `shadow`: no sign-in is blocked, and each that would have been is an event. */
    readonly mode: 'enforce' | 'shadow';
    /** The decision where neither the ledger nor the published copy can be read. */
    readonly onFailure: 'block' | 'allow';
  };
  /** Undefined: no eID provider is configured. */
  readonly eid: EidContext | undefined;
  /** Which traits are sent to Jumio, and under which of its names; undefined: none. */
  readonly prefill?: PrefillMapping | undefined;
  readonly workflowKey: string;
  /** Whether the execution is created at the sign-up or after the consent (`VERIFICATION_START`). */
  readonly startsAt: 'registration' | 'consent';
  /** The version of the consent text that a person must have agreed to before a link to Jumio is given. */
  readonly consentVersion: string;
  readonly linkLifetimeMs: number;
  /** Milliseconds that one call may take. */
  readonly callDeadlineMs: number;
  /** Milliseconds that answers wait for an upstream. */
  readonly waits: Waits;
}

/** How long an answer waits for an upstream before it goes out without. Milliseconds. */
export interface Waits {
  /** The answer to a sign-up, for the first try at Jumio. */
  readonly signUpMs: number;
  /** The answer to a POST of `/jumio/verify`, for a link. */
  readonly linkMs: number;
  /** The answer to `/jumio/status`, for a read at Jumio. */
  readonly visitMs: number;
}

/** The trusted eID providers; the policy says which of their levels is enough. */
export interface EidContext {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

/** Due work of another part, which the worker's loop claims too. */
export interface OtherWork {
  /** Claims what is due and begins it. Returns the milliseconds until the next claim. */
  claim(now: number): Promise<number>;
  /** Resolves when what it began has ended. */
  ended(): Promise<void>;
}

/** The loop that claims what is due and runs its jobs. */
export interface Worker {
  start(): void;
  /** Claims at once; call it after a change that makes something due. */
  wake(): void;
  /** Ends claiming, then waits for the steps under way. */
  stop(): Promise<void>;
}
