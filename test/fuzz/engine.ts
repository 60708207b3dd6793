import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { mutated } from './mutate.ts';
import { type Outcome, type Target, Violation } from './target.ts';

/** One input at which something did not hold, as small as it could be made. */
export interface Finding {
  readonly target: string;
  readonly problem: string;
  readonly input: string;
}

/** What came out of the cases of one target. */
export interface Report {
  readonly target: string;
  readonly cases: number;
  readonly accepted: number;
  /** Cases that ended in an error that is designed for it. */
  readonly threw: number;
  /** How many classes of outcomes there were. */
  readonly kinds: number;
  /** Milliseconds of the slowest case. */
  readonly slowest: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

export interface RunOptions {
  /** How many fresh cases, beside the kept inputs. */
  readonly cases: number;
  readonly seed: number;
  /** The kept inputs: each is run as it is, and all are mutated. */
  readonly kept: readonly string[];
  /** A case that takes longer, in milliseconds, is a finding, whatever the target's own limit is. */
  readonly limitMs?: number;
}

/** A regular expression that backtracks takes seconds; a parser that does its work takes less than one of these. */
const LIMIT_MS = 10;

/** Inputs of new classes join the mutated ones after each of these. */
const CHUNK = 1_000;

/** A target is given up after so many different findings. */
const MOST_FINDINGS = 5;

/** So many inputs of new classes are mutated further. */
const MOST_NEW = 300;

/** To make a slow case smaller may take long. */
const SHRINK_MS = 20_000;

/**
 * Runs a case once; returns its milliseconds: of the clock, or of the processor where those are fewer, because a machine with
 * other work to do stops a process, and a commit waits for the disk.
 */
async function timed(target: Target, input: string): Promise<number> {
  const started = performance.now();
  const before = process.cpuUsage();
  await target.run(input);
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - started, (user + system) / 1_000);
}

/** The fastest of three more runs: a collection of garbage delays one, a slow input delays each. */
async function fastest(target: Target, input: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run += 1) times.push(await timed(target, input));
  return Math.min(...times);
}

function problemOf(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? `threw ${error.name}: ${error.message.slice(0, 200)}` : `threw a ${typeof error}`;
}

function createJudge(target: Target, limitMs: number) {
  const kinds = new Set<string>();
  const newInputs: string[] = [];
  const counts = { cases: 0, accepted: 0, threw: 0, slowest: 0 };

  function count({ how, kind }: Outcome, input: string): void {
    if (how === 'accepted') counts.accepted += 1;
    if (how === 'threw') counts.threw += 1;
    if (kinds.has(kind)) return;
    kinds.add(kind);
    if (newInputs.length < MOST_NEW) newInputs.push(input);
  }

  /** @throws Violation, or what the target threw */
  async function judge(input: string): Promise<void> {
    counts.cases += 1;
    const started = performance.now();
    const outcome = await target.run(input);
    const first = performance.now() - started;
    const ms = first <= limitMs ? first : Math.min(first, await fastest(target, input));
    counts.slowest = Math.max(counts.slowest, ms);
    if (ms > limitMs) throw new Violation(`took longer than ${limitMs} ms`);
    count(outcome, input);
    if (!isSame(await target.run(input), outcome)) throw new Violation('a second run ended otherwise');
  }

  return { judge, counts, kinds, newInputs };
}

/** Whether two outcomes are equal. What is nested too deep to be compared was read twice, and that is enough. */
function isSame(one: Outcome, other: Outcome): boolean {
  try {
    return isDeepStrictEqual(one, other);
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}

/** A seed of its own for each chunk, so that a run is the same again with the same options. */
function seedOf(seed: number, target: string, chunk: number): number {
  return hash('sha256', `${seed} ${target} ${chunk}`, 'buffer').readInt32LE();
}

/** Runs the kept inputs of a target and then fresh cases: half of them mutated, a third by the target's grammar, the rest both. */
export async function runTarget(target: Target, options: RunOptions): Promise<Report> {
  const { cases, seed, limitMs = target.limitMs ?? LIMIT_MS } = options;
  const started = performance.now();
  const { judge, counts, kinds, newInputs } = createJudge(target, limitMs);
  const findings = new Map<string, Finding>();
  const report = (error: unknown, input: string): void => {
    const problem = problemOf(error);
    if (!findings.has(problem)) findings.set(problem, { target: target.name, problem, input });
  };

  const kept = [...(target.seeds ?? []), ...options.kept];
  for (const input of kept) await judge(input).catch((error: unknown) => report(error, input));

  for (let done = 0; done < cases && findings.size < MOST_FINDINGS; done += CHUNK) {
    // The empty one first: a finding shrinks towards it.
    const seeds = ['', ...kept, ...newInputs];
    const inputs = fc
      .oneof({ weight: 2, arbitrary: mutated(seeds, target.dictionary) }, target.fresh)
      .map((input) => input.slice(0, target.longest));
    let last: { readonly error: unknown; readonly input: string } | undefined;
    const property = fc.asyncProperty(inputs, async (input) => {
      try {
        await judge(input);
      } catch (error) {
        // A smaller input that shows something else is another finding.
        if (last !== undefined && problemOf(last.error) !== problemOf(error)) return;
        last = { error, input };
        throw error;
      }
    });
    const numRuns = Math.min(CHUNK, cases - done);
    await fc.check(property, {
      seed: seedOf(seed, target.name, done / CHUNK),
      numRuns,
      interruptAfterTimeLimit: SHRINK_MS,
    });
    if (last !== undefined) report(last.error, last.input);
  }

  const seconds = (performance.now() - started) / 1_000;
  return { target: target.name, ...counts, kinds: kinds.size, seconds, findings: [...findings.values()] };
}
