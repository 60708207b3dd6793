import fc from 'fast-check';
import { z } from 'zod';
import { LONGEST_PAUSE_MS, UpstreamError } from '../../webhook/errors.ts';
import type { UpstreamAnswer } from '../../webhook/upstream/http.ts';
import { anyJson, anyText } from './grammar.ts';
import { mustHold, mustNotLeak, type Outcome, threw } from './target.ts';

const text = z.string().optional().catch(undefined);

const headers = z
  .object({ 'retry-after': text, 'x-ratelimit-reset': text, 'x-ratelimit-remaining': text, date: text, link: text })
  .catch({});

const answer = z.object({ status: z.int().min(100).max(599).catch(200), headers, body: z.string().catch('') });

/** Node refuses a longer head of an answer. */
const LONGEST_HEADER = 16_384;

/** Reads an answer of an upstream from an input: JSON with status, headers and body, else the body of a 200. */
export function answerOf(input: string): UpstreamAnswer {
  try {
    const parsed = answer.parse(JSON.parse(input));
    const cut = Object.entries(parsed.headers).map(([name, value]) => [name, value?.slice(0, LONGEST_HEADER)]);
    return { ...parsed, headers: headers.parse(Object.fromEntries(cut)) };
  } catch {
    return { status: 200, headers: {}, body: input };
  }
}

const anyHeaders = fc.record(
  {
    'retry-after': fc.oneof(
      fc.constantFrom('5', '1e9', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT', '9'.repeat(400)),
      anyText,
    ),
    'x-ratelimit-reset': fc.oneof(fc.constantFrom('1', '0, 0', '5;w=1'), anyText),
    'x-ratelimit-remaining': fc.oneof(fc.constantFrom('0', '0, 5'), anyText),
    date: fc.constantFrom('Wed, 21 Oct 2026 07:28:00 GMT', 'x'),
    link: fc.oneof(fc.constantFrom('<http://x/?page_token=a>; rel="next"', '<'.repeat(2_000)), anyText),
  },
  { requiredKeys: [] },
);

/** Returns the arbitrary of answers with these bodies. */
export function answers(body: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const whole = fc.oneof({ weight: 5, arbitrary: body }, { weight: 1, arbitrary: anyJson });
  return fc
    .record({
      status: fc.oneof(
        { weight: 5, arbitrary: fc.constant(200) },
        fc.constantFrom(201, 204, 302, 400, 401, 403, 404, 429, 503),
      ),
      headers: anyHeaders,
      body: whole.map((value) => JSON.stringify(value)),
    })
    .map((parts) => JSON.stringify(parts));
}

/** Runs a reading of an answer, of which the only designed error is an `UpstreamError` without a byte of the answer. */
export async function reading(read: () => unknown): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { retryAfter = 0, failure, code, detail } = error.facts;
    mustHold(retryAfter >= 0 && retryAfter <= LONGEST_PAUSE_MS, 'a pause that is none');
    mustNotLeak(JSON.stringify(error.facts) + error.message);
    return threw(`${failure} ${code ?? ''} ${detail ?? ''}`);
  }
}

/** @throws Violation for a time that is none */
export function mustBeTimes(...times: readonly (number | undefined)[]): void {
  for (const time of times) mustHold(time === undefined || Number.isFinite(time), 'a time that is none');
}

function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'object' && value !== null && 'how' in value;
}

/** Joins what several readers made of one answer: accepted if any of them accepts it. */
export async function joined(readings: Readonly<Record<string, () => unknown>>): Promise<Outcome> {
  const results: unknown[] = [];
  const kinds: string[] = [];
  let isAccepted = false;
  for (const [name, read] of Object.entries(readings)) {
    const result = await reading(read);
    results.push(result);
    if (isOutcome(result)) kinds.push(`${name}: ${result.kind}`);
    else isAccepted = true;
  }
  return { how: isAccepted ? 'accepted' : 'threw', kind: kinds.join('; '), result: results };
}
