import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Report, runTarget } from './engine.ts';
import { mutated } from './mutate.ts';
import { accepted, mustHold, mustNotLeak, type Outcome, refused, type Target, threw } from './target.ts';

/** A target that ends so for each input. */
function target(run: (input: string) => Outcome): Target {
  return { name: 'planted', share: 1, dictionary: ['secret'], fresh: fc.string(), run };
}

function runPlanted(run: (input: string) => Outcome, limitMs = 1_000, cases = 2_000): Promise<Report> {
  return runTarget(target(run), { cases, seed: 1, kept: ['a word', '{"key":"secret"}'], limitMs });
}

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('the fuzzer', () => {
  it('what holds is no finding, and every case is counted', async () => {
    const report = await runPlanted((input) => (input.length > 3 ? accepted(input.length) : refused()));
    expect(report.findings).toEqual([]);
    expect(report.cases).toBe(2_002);
    expect(report.accepted).toBeGreaterThan(100);
    expect(report.kinds).toBe(2);
  });

  it('an input that is accepted and must not be is reported, as small as it can be', async () => {
    const { findings } = await runPlanted((input) => {
      mustHold(!input.includes('%'), 'accepted what is not genuine');
      return refused();
    });
    expect(findings).toMatchObject([{ target: 'planted', problem: 'accepted what is not genuine' }]);
    expect(findings[0]?.input).toMatch(/^.?%.{0,2}$/s);
  });

  it('an error that is not designed is reported', async () => {
    const { findings } = await runPlanted((input) => {
      if (input.includes('\ud800')) throw new RangeError('half a pair');
      return threw('designed');
    });
    expect(findings).toMatchObject([{ problem: 'threw RangeError: half a pair', input: '\ud800' }]);
  });

  it('a case that takes too long each time is reported, and one that takes long once is not', async () => {
    const slow = await runPlanted((input) => {
      if (input.includes('#')) spin(10);
      return refused();
    }, 5);
    expect(slow.findings).toMatchObject([
      { problem: 'took longer than 5 ms', input: expect.stringMatching(/^.{0,9}#/s) },
    ]);
    let isDelayed = true;
    const delayed = await runPlanted(() => {
      if (isDelayed) spin(60);
      isDelayed = false;
      return refused();
    }, 40);
    expect(delayed.findings).toEqual([]);
  });

  it('an outcome that differs from run to run, and a message with a byte that is secret, are reported', async () => {
    let runs = 0;
    const unsteady = await runPlanted(() => refused('refused', runs++));
    expect(unsteady.findings).toMatchObject([{ problem: 'a second run ended otherwise' }]);
    const leaking = await runPlanted((input) => {
      mustNotLeak(`cannot read ${input}`);
      return refused();
    });
    expect(leaking.findings).toMatchObject([{ input: 'canary-of-a-body' }]);
  });

  it('a run with the same options is the same run', async () => {
    const inputs: string[][] = [[], []];
    for (const seen of inputs)
      await runPlanted((input) => {
        seen.push(input);
        return refused(input.slice(0, 2), input);
      });
    expect(inputs[0]?.length).toBeGreaterThan(4_000);
    expect(inputs[0]).toEqual(inputs[1]);
  });

  it('an input of a new kind is mutated further: what is three steps away is found', async () => {
    const { findings } = await runPlanted(
      (input) => {
        const steps = ['\0', '\ufeff', '\u202e'].filter((token) => input.includes(token)).length;
        mustHold(steps < 3, 'all three');
        return refused(`${steps} of three`, input);
      },
      1_000,
      6_000,
    );
    expect(findings).toMatchObject([{ problem: 'all three' }]);
  });
});

describe('mutations', () => {
  it('change the structure of JSON, and of JSON in it, without setting a prototype', () => {
    const kept = [JSON.stringify({ a: [1, { b: 'c' }], body: JSON.stringify({ inner: true }) })];
    const texts = fc.sample(mutated(kept, []), { seed: 1, numRuns: 3_000 });
    const parsed = texts.flatMap((text) => (/^\{.*\}$/s.test(text) && isJson(text) ? [text] : []));
    expect(parsed.length).toBeGreaterThan(500);
    expect(parsed.some((text) => text.includes('"__proto__"'))).toBe(true);
    expect(parsed.some((text) => /inner[^:]*:(?!true)/.test(text))).toBe(true);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
