/** `error`: something does not work or can be got round. `warning`: something will not work for somebody. `info`: to know. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * One change to Kratos' configuration, as in RFC 6902 (`ory patch identity-config` takes the same words). Missing
 * parents are made. Placeholders are those of ory-actions.yaml: a secret is never printed.
 */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** What to change: in words, and as data where it can be said as data. */
export interface Fix {
  readonly says: string;
  readonly kratos?: readonly Operation[];
  /** Variables of this service, with their new values. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One thing that is wrong, or good to know. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly seen: string;
  readonly why: string;
  readonly fix: Fix;
}

/** Why something could not be looked at. */
export interface NotCheckable {
  readonly notCheckable: string;
}

export function notCheckable(reason: string): NotCheckable {
  return { notCheckable: reason };
}

/** Sections of the report, in its order. */
export const GROUPS = [
  'configuration of this service',
  'hooks',
  'templates',
  'eID providers',
  'people on their way',
  'ledger',
  'this service, called as Kratos calls it',
  'Kratos',
  'Jumio',
] as const;

export type Group = (typeof GROUPS)[number];
