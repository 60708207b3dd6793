import type { Capability } from './labels.ts';
import type { Credential } from './workflows.ts';

export type Status =
  | 'INITIATED'
  | 'ACQUISITION_STARTED'
  | 'ACQUIRED'
  | 'PROCESSED'
  | 'SESSION_EXPIRED'
  | 'TOKEN_EXPIRED';

/** Statuses that Jumio always reports (jumio.md §6.3). */
export const TERMINAL: ReadonlySet<Status> = new Set(['PROCESSED', 'SESSION_EXPIRED', 'TOKEN_EXPIRED']);

export interface Decision {
  readonly type: string;
  readonly details: { readonly label: string };
  readonly risk: { readonly score: number };
}

export interface CapabilityEntry {
  readonly id: string;
  readonly credentials: readonly { readonly id: string; readonly category: string }[];
  readonly decision: { readonly type: string; readonly details: { readonly label: string } };
  readonly data?: Readonly<Record<string, unknown>>;
}

export type Capabilities = Partial<Record<Capability, readonly CapabilityEntry[]>>;

/** What was found, once PROCESSED. */
export interface Findings {
  readonly decision: Decision;
  readonly capabilities: Capabilities;
}

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
  /** A word shown in place of the status, put there by hand. */
  shownStatus: string | undefined;
  startedAt: number | undefined;
  lastActivityAt: number | undefined;
  acquiredAt: number | undefined;
  completedAt: number | undefined;
  /** Details answer 404 before this. */
  readableAt: number;
  /** What was picked: `pass`, `abandon`, … */
  outcome: string | undefined;
  errorCode: string | undefined;
  /** Kept back until processing is over. */
  findings: Findings | undefined;
}
