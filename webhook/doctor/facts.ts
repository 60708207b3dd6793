import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { type Finding, type Group, type NotCheckable, notCheckable } from './finding.ts';
import type { Tree } from './kratos-config/read.ts';
import type { Template } from './kratos-config/templates.ts';
import type { Observations } from './probes/probe.ts';

/** Everything that was read and seen. The checks judge it, and look at nothing else. */
export interface Facts {
  /** Kratos' configuration, its files merged; absent where none was named. */
  readonly kratos?: Tree;
  /** This service's own configuration; absent where it cannot be parsed. */
  readonly service?: Config;
  readonly problems: readonly Problem[];
  /** By the `body` of the hook, or the `mapper_url` of the provider, that names them. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly seen: Observations;
}

/** One question. `says` is what is true where nothing was found. */
export interface Check {
  readonly group: Group;
  readonly says: string;
  /** Where false, nothing at all is said of it. */
  readonly applies?: (facts: Facts) => boolean;
  look(facts: Facts): readonly Finding[] | NotCheckable;
}

/** Where no eID is configured nothing is said of it. */
export function hasEid({ service }: Facts): boolean {
  return service !== undefined && Object.keys(service.EID_PROVIDERS).length > 0;
}

export const NO_KRATOS_CONFIG = notCheckable('no Kratos configuration was given: name its files with --kratos-config');
