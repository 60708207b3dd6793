import fc from 'fast-check';
import { editJson } from './mutate-json.ts';
import { TOKENS } from './words.ts';

/** One change of a text. Numbers are taken modulo what there is. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly count: number;
  readonly token: string;
  readonly other: string;
}

const OF_TEXT = ['flip', 'insert', 'replace', 'delete', 'double', 'splice', 'repeat', 'cut', 'case'] as const;

/** The structure of JSON is changed most often, because most changes of its text only break it. */
const KINDS = ['json', 'json', 'json', 'json', 'insert', ...OF_TEXT] as const;

/** The longest text that a repetition makes. The service limits what strangers send to a few of these. */
const LONGEST = 16_384;

function flip(text: string, at: number, bit: number): string {
  const code = text.charCodeAt(at) ^ (1 << bit);
  return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
}

function repeat(text: string, at: number, end: number, count: number): string {
  const piece = text.slice(at, end);
  const times = Math.min(1 + (count % 2_048), Math.floor(LONGEST / Math.max(piece.length, 1)));
  return text.slice(0, at) + piece.repeat(times) + text.slice(end);
}

function swapCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

function apply(text: string, step: Step): string {
  const { kind, count, token, other } = step;
  const at = text.length === 0 ? 0 : step.at % text.length;
  const end = Math.min(text.length, at + 1 + (count % 8));
  const [head, piece, tail] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (kind) {
    case 'json':
      return editJson(text, step, (leaf) => apply(leaf, { ...step, at: count, count: step.at })) ?? head + token + tail;
    case 'flip':
      return text === '' ? token : flip(text, at, count % 8);
    case 'insert':
      return head + token + piece + tail;
    case 'replace':
      return head + token + tail;
    case 'delete':
      return head + tail;
    case 'double':
      return head + piece + piece + tail;
    case 'splice':
      return head + other.slice(count % (other.length + 1));
    case 'repeat':
      return repeat(text, at, end, count);
    case 'cut':
      return head;
    case 'case':
      return head + swapCase(piece) + tail;
    default:
      return kind;
  }
}

const place = fc.nat({ max: 0xf_ffff });

/**
 * Returns the arbitrary of kept inputs with one to four changes each: characters, tokens of a dictionary, pieces of other
 * inputs, and, where the input is JSON or has JSON in it, its structure. A failing case shrinks to fewer and smaller changes.
 */
export function mutated(kept: readonly string[], dictionary: readonly string[]): fc.Arbitrary<string> {
  const seed = fc.constantFrom(...kept);
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom(...KINDS),
    at: place,
    count: place,
    token: fc.constantFrom(...TOKENS, ...dictionary),
    other: seed,
  });
  const steps = fc.array(step, { minLength: 1, maxLength: 4, size: 'max' });
  return fc.tuple(seed, steps).map(([text, changes]) => changes.reduce(apply, text).slice(0, 4 * LONGEST));
}
