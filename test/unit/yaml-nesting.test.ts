import { describe, expect, it } from 'vitest';
import { readOverrides } from '../../webhook/texts/overrides.ts';
import { DEEPEST, isTooDeep } from '../../webhook/yaml-nesting.ts';
import { mistakesOf } from '../support/builders/policies.ts';
import { problems } from '../support/service/environment.ts';

/** A list in a list, so many times. */
function lists(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

const DEEP = lists(5_000);

describe('the nesting of YAML', () => {
  it.each([
    ['lists', '['],
    ['lists by dashes', '- '],
    ['mappings', '{a: '],
    ['mappings of anchors', '&a [1'],
    ['keys that are mappings', '? '],
  ])('%s are too deep from level 51 on', (_name, opening) => {
    expect(isTooDeep(opening.repeat(DEEPEST))).toBe(false);
    expect(isTooDeep(opening.repeat(DEEPEST + 3))).toBe(true);
  });

  it('many collections beside each other are not deep', () => {
    expect(isTooDeep(`[${'[],'.repeat(1_000)}]`)).toBe(false);
    expect(isTooDeep('a: [1]\n'.repeat(1_000))).toBe(false);
  });

  it.each(['POLICY', 'TEXTS', 'EID_PROVIDERS', 'PREPARED_DATA'])(
    'a document of %s in thousands of levels is a problem that the start reports',
    (name) => {
      expect(problems({ [name]: DEEP }).map((problem) => problem.name)).toEqual([
        expect.stringMatching(new RegExp(`^${name}`)),
      ]);
    },
  );

  it('the problem names the limit', () => {
    expect(mistakesOf(DEEP)).toEqual([{ line: 0, path: '', expected: 'YAML of at most 50 levels', seen: 'more' }]);
    expect(readOverrides(DEEP)).toEqual({ problems: ['it must be YAML of at most 50 levels'] });
  });
});
