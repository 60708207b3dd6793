import { PROBLEMS, type ProblemCode, typeOf } from '../../../webhook/http/problems.ts';

/** The problem document of a code, with these members besides. */
export function problem(code: ProblemCode, more: object = {}): object {
  const { status, title } = PROBLEMS[code];
  return { type: typeOf(code), title, status, code, ...more };
}
