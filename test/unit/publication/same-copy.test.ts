import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFoundInText, matchesPublished } from '../../../webhook/verification/publication/same-copy.ts';
import { contentOf, publishedContent } from '../../../webhook/verification/record/content.ts';
import { newRecord, readDetailsAs, withAttempt } from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

/** Texts that JSON escapes, too. */
const text = fc.string({ unit: 'binary', maxLength: 8 });

const optional = fc.option(text, { nil: undefined });

/** The members that `contentOf` writes, in its order. */
const published = fc.record({
  status: text,
  source: text,
  verdict: optional,
  level: optional,
  account_id: optional,
  workflow_execution_id: optional,
  verification_id: optional,
  attempt: optional,
});

const version = fc.record({
  content: published.map((members) => JSON.stringify({ public: members, admin: { attempts: 1 } })),
  changedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  version: fc.integer({ min: 1 }),
});

/** Changes of a copy: none, its order, a member less, another or one more. */
const change = fc.constantFrom<(copy: Record<string, unknown>, value: unknown) => unknown>(
  (copy) => copy,
  (copy) => Object.fromEntries(Object.entries(copy).reverse()),
  (copy) => Object.fromEntries(Object.entries(copy).slice(1)),
  (copy, value) => ({ ...copy, status: value }),
  (copy, value) => ({ ...copy, updated_at: value }),
  (copy, value) => ({ ...copy, more: value }),
  (copy, value) => ({ ...copy, attempt: value }),
  (copy) => Object.entries(copy),
  (_copy, value) => value,
);

describe('a copy beside the stored text', () => {
  it('a copy that is found in the text is deeply equal, and one that is deeply equal matches', () => {
    fc.assert(
      fc.property(version, change, fc.jsonValue(), (stored, changed, value) => {
        const copy = JSON.parse(JSON.stringify(changed({ ...publishedContent(stored).public }, value)));
        const isEqual = isDeepStrictEqual(copy, publishedContent(stored).public);
        expect(matchesPublished(stored, copy)).toBe(isEqual);
        if (isFoundInText(stored.content, stored.changedAt, copy)) expect(isEqual).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what the service wrote is found in the text, in any order of keys', () => {
    const { identity } = readDetailsAs(withAttempt(newRecord()), PASSED).record;
    const content = contentOf(readDetailsAs(withAttempt(newRecord()), PASSED).record) ?? '';
    const copy = Object.entries(publishedContent({ ...identity, content }).public);
    expect(isFoundInText(content, identity.changedAt, Object.fromEntries(copy))).toBe(true);
    expect(isFoundInText(content, identity.changedAt, Object.fromEntries(copy.reverse()))).toBe(true);
  });
});
