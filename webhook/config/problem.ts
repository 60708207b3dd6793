/** One thing that is wrong: which variable, what was expected, and what was seen (never a secret's value). */
export interface ConfigProblem {
  readonly name: string;
  readonly expected: string;
  readonly seen: string;
}

/** All that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ name, expected, seen }) => `${name}: expected ${expected}; saw ${seen}`).join('\n'));
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;
