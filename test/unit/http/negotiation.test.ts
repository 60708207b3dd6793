import { describe, expect, it } from 'vitest';
import { preferredType } from '../../../webhook/http/negotiation.ts';

const TYPES = ['text/html', 'application/json'];

describe('what an Accept header prefers', () => {
  it.each([
    [undefined, 'text/html'],
    ['', undefined],
    ['*/*', 'text/html'],
    ['application/json', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['image/png', undefined],
    ['"', undefined],
  ])('%s: %s', (accept, type) => {
    expect(preferredType(accept, TYPES)).toBe(type);
  });

  it('is read from its beginning only: the whole of a header costs more than a sign-in', () => {
    expect(preferredType(`application/json,${'"'.padEnd(15_000, ',a')}`, TYPES)).toBe('application/json');
    expect(preferredType(`${'a/a,'.repeat(3_900)}application/json`, TYPES)).toBeUndefined();
  });
});
