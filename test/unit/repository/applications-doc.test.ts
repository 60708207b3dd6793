import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { continueBody, decisionBody, handoverBody } from '../../../webhook/http/schemas.ts';

const text = readFileSync(new URL('../../../docs/applications.md', import.meta.url), 'utf8');

/** Bodies in the document, as curl sends them. */
const sent = [...text.matchAll(/-d '(\{.*?\})'/g)].map(([, body = '']): unknown => JSON.parse(body));

/** Members and codes of the answers, from the source files that write them. */
function wordsOf(file: string, pattern: RegExp, within = /^/): string[] {
  const whole = readFileSync(new URL(`../../../webhook/http/${file}`, import.meta.url), 'utf8');
  const source = whole.slice(whole.search(within));
  return [...source.matchAll(pattern)].map(([, word = '']) => word);
}

it('the bodies shown in docs/applications.md are valid', () => {
  expect(sent).toHaveLength(4);
  const [go, empty, handover, decision] = sent;
  expect(continueBody.strict().parse(go)).toEqual(go);
  expect(continueBody.strict().safeParse(empty).success).toBe(true);
  expect(z.object(handoverBody.shape).strict().parse(handover)).toEqual(handover);
  expect(decisionBody.strict().parse(decision)).toEqual(decision);
});

it('docs/applications.md names every member of a status answer and every problem code', () => {
  const members = wordsOf('api/answers.ts', /^ {2}readonly (\w+)\??:/gm, /interface StatusAnswer/);
  const codes = ['api/answers.ts', 'api/routes.ts'].flatMap((file) => wordsOf(file, /code: '([\w-]+)'/g));
  expect([members.length, codes.length]).toEqual([9, 6]);
  const missing = [...members, ...codes].filter((word) => !text.includes(`\`${word}\``));
  expect(missing).toEqual([]);
});
