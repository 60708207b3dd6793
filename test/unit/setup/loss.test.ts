import { describe, expect, it } from 'vitest';
import { refuseLoss } from '../../../webhook/setup/kratos/loss.ts';

const before = { a: { hooks: [1, 2], kept: true }, 'b/c': { d: 1 } };

describe('the comparison of a merged configuration with the one before', () => {
  it('lets through what was meant, and nothing else', () => {
    const operations = [
      { op: 'replace', path: '/a/hooks', value: [0, 1, 2] },
      { op: 'add', path: '/a/hooks/-', value: 3 },
      { op: 'remove', path: '/a/hooks/0' },
      { op: 'remove', path: '/b~1c/d' },
      { op: 'add', path: '/new/place', value: 'x' },
    ] as const;
    const after = { a: { hooks: [1, 2, 3], kept: true }, 'b/c': {}, new: { place: 'x' } };
    expect(() => refuseLoss(before, after, operations, 'k.yml')).not.toThrow();
  });

  it.each([
    [{ ...before, a: { hooks: [1, 2] } }, 'a.kept'],
    [{ ...before, a: { ...before.a, hooks: [2, 1] } }, 'a.hooks'],
    [{ ...before, more: 1 }, 'more'],
    [null, 'all of it'],
  ])('names what else would change: %j', (after, place) => {
    expect(() => refuseLoss(before, after, [], 'k.yml')).toThrow(
      `k.yml: nothing was written, because the merge would change more than it may: ${place}.`,
    );
  });
});
