/** One thing that is wrong with a variable: what was expected, and what was observed (never the value of a secret). */
export interface ConfigProblem {
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
}

/** Everything that is wrong with the environment; its message has one line per problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ name, expected, seen }) => `${name}: expected ${expected}; saw ${seen}`).join('\n'));
    this.problems = problems;
  }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
