import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../sandbox/twilio/api/errors.ts';
import { refusalOf, type TwilioOperation } from '../../../webhook/twilio/refusals.ts';
import type { TwilioRefusal } from '../../../webhook/twilio/types.ts';

const OPERATIONS: readonly TwilioOperation[] = ['start', 'check', 'cancel', 'service'];

type Row = readonly [code: number, status: number, start: TwilioRefusal, check: TwilioRefusal, rest: TwilioRefusal];

/** The table of docs/reference/twilio.md#5-error-codes. */
const ROWS: readonly Row[] = [
  [60200, 400, 'number-refused', 'code-refused', 'misconfigured'],
  [60202, 429, 'checks-used-up', 'checks-used-up', 'checks-used-up'],
  [60203, 429, 'sends-used-up', 'sends-used-up', 'sends-used-up'],
  [60205, 403, 'not-usable', 'not-usable', 'not-usable'],
  [60605, 403, 'not-usable', 'not-usable', 'not-usable'],
  [60238, 403, 'not-usable', 'not-usable', 'not-usable'],
  [60410, 403, 'not-usable', 'not-usable', 'not-usable'],
  [60220, 403, 'not-usable', 'not-usable', 'not-usable'],
  [60206, 400, 'misconfigured', 'misconfigured', 'misconfigured'],
  [60204, 400, 'misconfigured', 'misconfigured', 'misconfigured'],
  [60214, 400, 'misconfigured', 'misconfigured', 'misconfigured'],
  [60217, 400, 'misconfigured', 'misconfigured', 'misconfigured'],
  [60212, 429, 'busy', 'busy', 'busy'],
  [20429, 429, 'busy', 'busy', 'busy'],
  [20003, 401, 'misconfigured', 'misconfigured', 'misconfigured'],
];

describe('what a refusal of Twilio means', () => {
  it.each(ROWS)('the code %i with %i is %s at the start and %s at the check', (code, status, start, check, rest) => {
    const [cancel, service] = [rest, rest];
    const expected = { start, check, cancel, service };
    for (const operation of OPERATIONS) expect(refusalOf(operation, status, code)).toBe(expected[operation]);
  });

  it('404 with code 20404 is a verification that is gone, or a service that is wrong', () => {
    expect(OPERATIONS.map((operation) => refusalOf(operation, 404, 20404))).toEqual([
      'misconfigured',
      'gone',
      'gone',
      'misconfigured',
    ]);
  });

  it.each([
    [401, 'misconfigured'],
    [403, 'misconfigured'],
    [404, 'misconfigured'],
    [429, 'busy'],
    [400, undefined],
    [418, undefined],
    [302, undefined],
    [503, undefined],
  ])('an answer %i without a code, or with one that nobody knows, is %s', (status, expected) => {
    for (const operation of OPERATIONS)
      for (const code of [undefined, 60999]) expect(refusalOf(operation, status, code)).toBe(expected);
  });

  it('a 5xx decides nothing, whatever code it has', () => {
    for (const [code] of ROWS) expect(refusalOf('check', 503, code)).toBeUndefined();
  });

  it('the document, the sandbox and this table name the same codes', () => {
    const document = readFileSync(new URL('../../../docs/reference/twilio.md', import.meta.url), 'utf8');
    const table = document.split('## 5. Error codes')[1]?.split('## 6.')[0] ?? '';
    const firstCells = [...table.matchAll(/^\| ([^|]*)/gm)].map(([, cell = '']) => cell);
    const named = firstCells.flatMap((cell) => (cell.match(/\b\d{5}\b/g) ?? []).map(Number));
    const tested = new Set([...ROWS.map(([code]) => code), 20404]);
    expect(new Set(named)).toEqual(tested);
    expect(new Set([...ERRORS.keys()].filter((code) => code !== 20500))).toEqual(tested);
    for (const [code, status] of ROWS) expect(ERRORS.get(code)?.status, String(code)).toBe(status);
  });
});
