import { ZodError } from 'zod';
import { type Answer, problem } from '../api/problem.ts';
import { ImpossibleOutcome } from '../execution/outcome.ts';

/** A control request that cannot be done. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 404 | 409;

  constructor(status: 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

/** The answer to a control request or a page's form that failed; undefined for a fault of the sandbox itself. */
export function refusalAnswer(error: unknown): Answer | undefined {
  if (error instanceof Refusal) return problem(error.status, error.message);
  if (error instanceof ImpossibleOutcome) return problem(400, error.message);
  if (!(error instanceof ZodError)) return undefined;
  return problem(400, error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
