import type { Config } from '../config/config.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { type Finding, type Group, type NotCheckable, notCheckable } from './finding.ts';
import type { DroppedHook } from './kratos-config/dropped.ts';
import type { Tree } from './kratos-config/read.ts';
import type { Template } from './kratos-config/templates.ts';
import type { Observations } from './probes/probe.ts';

/** All input of the checks: what was read, and what the probes observed. */
export interface Facts {
  /** Kratos' configuration, its files merged; absent if no file was named. */
  readonly kratos?: Tree;
  /** Hooks of one file that merging the files has dropped. */
  readonly dropped: readonly DroppedHook[];
  /** This service's own configuration; absent if it cannot be parsed. */
  readonly service?: Config;
  /** Why it cannot be parsed. */
  readonly problems: readonly ConfigProblem[];
  /** Says where its variables came from. */
  readonly environmentSources: string;
  /** By the `body` of the hook, the `mapper_url` of the provider or the `url` of the identity schema that names them. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly observed: Observations;
}

/** One question about an installation. */
export interface Check {
  readonly group: Group;
  /** The statement that is true if the check finds nothing. */
  readonly says: string;
  /** False: the report does not mention the check at all. Absent: it always applies. */
  readonly applies?: (facts: Facts) => boolean;
  /** Evaluates the facts. Pure. */
  run(facts: Facts): readonly Finding[] | NotCheckable;
}

/** Whether this service has an eID provider. Without one the report does not mention eIDs. */
export function hasEid({ service }: Facts): boolean {
  return service !== undefined && Object.keys(service.EID_PROVIDERS).length > 0;
}

/** Whether people approve payments here. Without it the report does not mention payments. */
export function hasTransactions({ service }: Facts): boolean {
  return service?.TRANSACTIONS !== undefined;
}

/** Whether a client offers a factor. */
export function offersFactor({ service }: Facts, factor: 'passkey' | 'sms'): boolean {
  return Object.values(service?.TRANSACTIONS?.clients ?? {}).some(({ factors }) => factors.includes(factor));
}

/** Whether the ledger is a file of this machine, or its place is not known. */
export function isOnFile({ service }: Facts): boolean {
  return service === undefined || service.DATABASE_URL.startsWith('file:');
}

/** The result of a check that needs Kratos' configuration, where none was given. */
export const NO_KRATOS_CONFIG = notCheckable('no Kratos configuration was given: name its files with --kratos-config');
