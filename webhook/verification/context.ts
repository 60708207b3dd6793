import type { Logger } from 'pino';
import type { EidClient } from '../eid/client.ts';
import type { EidProviders } from '../eid/providers.ts';
import type { JumioClient } from '../jumio/types.ts';
import type { KratosClient } from '../kratos/types.ts';
import type { ClaimOptions } from '../ledger/claim.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OnRejected, Policy } from './policy/index.ts';
import type { PrefillMapping } from './prefill-data.ts';

/** Epoch milliseconds. */
export interface Clock {
  now(): number;
}

/** The collaborators of everything in this folder. */
export interface Context {
  readonly ledger: Ledger;
  readonly jumio: JumioClient;
  readonly kratos: KratosClient;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly rates: ClaimOptions<never>['rates'];
  /** What a rejection does at Kratos beside the gate, at once. */
  readonly onRejected: OnRejected;
  readonly policy: Policy;
  readonly gate: {
    /** `shadow`: nobody is blocked, and who would have been is noted. */
    readonly mode: 'enforce' | 'shadow';
    /** What happens where neither the ledger nor the published copy says anything. */
    readonly onFailure: 'block' | 'allow';
  };
  /** Undefined: no eID provider is configured. */
  readonly eid: EidContext | undefined;
  /** Which traits go to Jumio, under which of its names; undefined: none do. */
  readonly prefill?: PrefillMapping | undefined;
  readonly workflowKey: string;
  /** Whether a sign-up asks Jumio for an execution at once, or the person's going on does (`VERIFICATION_START`). */
  readonly startsAt: 'registration' | 'consent';
  /** The version of the text that a person must have agreed to before anything leads to Jumio. */
  readonly consentVersion: string;
  readonly linkLifetimeMs: number;
  /** Milliseconds that one call may take. */
  readonly callDeadlineMs: number;
}

/** The eID providers that are believed; what of theirs is enough is the policy's. */
export interface EidContext {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

export interface Worker {
  start(): void;
  /** Something was made due: look at once. */
  wake(): void;
  /** Claims nothing more, and waits for the steps under way. */
  stop(): Promise<void>;
}
