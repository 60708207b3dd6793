import type fc from 'fast-check';
import { CANARY } from './words.ts';

/** How a case ended. */
export interface Outcome {
  /** `threw`: with an error that is designed for it. A target lets every other error through, and that is a finding. */
  readonly how: 'accepted' | 'refused' | 'threw';
  /** The class of the outcome. An input whose class is new is mutated further. */
  readonly kind: string;
  /** What came out; a second run must give the same. */
  readonly result: unknown;
}

/** One door of the service, and what must hold behind it. */
export interface Target {
  /** Also the folder of its kept inputs: `corpus/<name>/`. */
  readonly name: string;
  /** Its part of the cases of a run, as a number beside those of the other targets: a route is slower than a function. */
  readonly share: number;
  /** Inputs that no file can keep, because keys of the run sign them. */
  readonly seeds?: readonly string[];
  /** Words that the target knows, for mutations. */
  readonly dictionary: readonly string[];
  /** Inputs that follow the target's grammar. */
  readonly fresh: fc.Arbitrary<string>;
  /** Inputs are cut to so many characters: what a stranger may send, or what a person writes. */
  readonly longest?: number;
  /** Milliseconds that a case may take, where it is not the limit of all. */
  readonly limitMs?: number;
  /** Runs one case. @throws Violation where something does not hold */
  readonly run: (input: string) => Outcome | Promise<Outcome>;
  readonly close?: () => Promise<void>;
}

/** Something that must hold and did not. The message holds no byte of the input. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation if it does not hold */
export function mustHold(holds: boolean, otherwise: string): void {
  if (!holds) throw new Violation(otherwise);
}

/** @throws Violation if a text that an operator or a caller sees holds the canary */
export function mustNotLeak(text: string): void {
  mustHold(!text.includes(CANARY), 'a message holds a byte of the input that is secret');
}

/** The outcome of a case that is accepted. @param kind what of it, where there are several */
export function accepted(result: unknown, kind = 'accepted'): Outcome {
  return { how: 'accepted', kind, result };
}

/** The outcome of a case that is refused without an error. */
export function refused(kind = 'refused', result: unknown = kind): Outcome {
  return { how: 'refused', kind, result };
}

/** The outcome of a case that ends in an error that is designed for it. */
export function threw(kind: string): Outcome {
  return { how: 'threw', kind, result: kind };
}
