import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { continueBody, decisionBody, handoverBody } from '../../../webhook/http/api/bodies.ts';
import { PROBLEMS } from '../../../webhook/http/problems.ts';
import { PATHS } from '../../support/openapi/operations.ts';

const text = readFileSync(new URL('../../../docs/applications.md', import.meta.url), 'utf8');

/** Bodies in the document, as curl sends them. */
const sent = [...text.matchAll(/-d '(\{.*?\})'/g)].map(([, body = '']): unknown => JSON.parse(body));

/** Members of the answers, from the source file that writes them. */
function wordsOf(file: string, pattern: RegExp, within = /^/): string[] {
  const whole = readFileSync(new URL(`../../../webhook/http/${file}`, import.meta.url), 'utf8');
  const source = whole.slice(whole.search(within));
  return [...source.matchAll(pattern)].map(([, word = '']) => word);
}

/** The conflicts that the requests below a path may be answered with. */
function conflictsOf(path: string): string[] {
  const codes = PATHS.filter((operation) => operation.path.startsWith(path)).flatMap(({ problems }) => problems);
  return [...new Set(codes)].filter((code) => PROBLEMS[code].status === 409);
}

it('docs/payments.md names every member of an answer, and every conflict of a transaction', () => {
  const page = readFileSync(new URL('../../../docs/payments.md', import.meta.url), 'utf8');
  const members = wordsOf('transactions/answers.ts', /^ {2}readonly (\w+)\??:/gm);
  const codes = conflictsOf('/transactions');
  expect([members.length, codes.length]).toEqual([14, 6]);
  expect([...members, ...codes].filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});

it('the bodies shown in docs/applications.md are valid', () => {
  expect(sent).toHaveLength(4);
  const [go, empty, handover, decision] = sent;
  for (const body of [go, empty]) expect(continueBody.safeParse(body).success).toBe(true);
  expect(handoverBody.parse(handover)).toEqual(handover);
  expect(decisionBody.safeParse(decision).success).toBe(true);
});

it('docs/applications.md names every member of a status answer, and every problem of a person', () => {
  const members = wordsOf('api/answers.ts', /^ {2}readonly (\w+)\??:/gm, /interface StatusAnswer/);
  const codes = conflictsOf('/jumio/');
  expect([members.length, codes.length]).toEqual([9, 10]);
  const missing = [...members, ...codes].filter((word) => !text.includes(`\`${word}\``));
  expect(missing).toEqual([]);
});

it('docs/problems.md has a row for every problem, with its status', () => {
  const page = readFileSync(new URL('../../../docs/problems.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)]);
  expect(rows).toEqual(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]));
});
