import type { Config, Problem } from '../config.ts';
import type { Finding, Group, NotCheckable } from './finding.ts';
import type { Seen } from './probes/seen.ts';
import type { Template } from './templates.ts';
import type { Tree } from './tree.ts';

/** Everything that was read and seen. The checks judge it, and look at nothing else. */
export interface Facts {
  /** Kratos' configuration, its files merged; absent where none was named. */
  readonly kratos?: Tree;
  /** This service's own configuration; absent where it cannot be parsed. */
  readonly service?: Config;
  readonly problems: readonly Problem[];
  /** By the `body` of the hook, or the `mapper_url` of the provider, that names them. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly seen: Seen;
}

/** One question. `says` is what is true where nothing was found. */
export interface Check {
  readonly group: Group;
  readonly says: string;
  /** Where false, nothing at all is said of it. */
  readonly applies?: (facts: Facts) => boolean;
  look(facts: Facts): readonly Finding[] | NotCheckable;
}
