/**
 * `error`: something does not work, or the gate can be bypassed. `warning`: something fails for some people, or will
 * fail later. `info`: a fact of interest.
 */
export type Severity = 'error' | 'warning' | 'info';

/**
 * One change to Kratos' configuration, as in RFC 6902 (`ory patch identity-config` takes the same form). Missing
 * parents are created. Placeholders are those of ory-actions.yaml, because a secret is never printed.
 */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** The change that repairs a finding: a text, and data where data can express it. A member of the published JSON. */
export interface Fix {
  /** An imperative without a full stop. */
  readonly says: string;
  readonly kratos?: readonly Operation[];
  /** Variables of this service, with their new values. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One mistake, or one fact of interest. A member of the published JSON: ids and names are stable. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** The observation of the check, without a secret. */
  readonly seen: string;
  /** The consequence. */
  readonly why: string;
  readonly fix: Fix;
}

/** The result of a check that lacks its facts, with the reason. */
export interface NotCheckable {
  readonly notCheckable: string;
}

/** Returns the result of a check that cannot be made, for this reason. */
export function notCheckable(reason: string): NotCheckable {
  return { notCheckable: reason };
}

/** Sections of the report, in its order. */
export const GROUPS = [
  'configuration of this service',
  'hooks',
  'templates',
  'eID providers',
  'browser flow',
  'payments',
  'signed events',
  'console of operators',
  'ledger',
  'this service, called as Kratos calls it',
  'Kratos',
  'Jumio',
] as const;

/** One section of the report. */
export type Group = (typeof GROUPS)[number];
