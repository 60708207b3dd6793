import Negotiator from 'negotiator';

/** Browsers send some 150 characters. Reading 15,000 of them takes up to 30 ms, in the process that also is the gate. */
const LONGEST_HEADER = 1_000;

/**
 * Which of these types an `Accept` header prefers; the first where it does not care, undefined where it takes none.
 * Anybody can send one, before any limit: of a longer header only the beginning is read.
 */
export function preferredType(accept: string | undefined, types: string[]): string | undefined {
  const headers = accept === undefined ? {} : { accept: accept.slice(0, LONGEST_HEADER) };
  return new Negotiator({ headers }).mediaType(types);
}
