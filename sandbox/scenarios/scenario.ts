import type { Stack } from '../stack/start.ts';

/** Takes the result of each step, as a text. */
export type Report = (result: string) => void;

/** What a person does, step by step. It throws at the first step that differs from what is expected. */
export interface Scenario {
  readonly name: string;
  run(stack: Stack, report: Report): Promise<void>;
}

/** Throws where an expectation does not hold. */
export function expect(holds: boolean, expectation: string): void {
  if (!holds) throw new Error(`expected: ${expectation}`);
}
