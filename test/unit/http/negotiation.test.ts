import { describe, expect, it } from 'vitest';
import { preferredType } from '../../../webhook/http/negotiation.ts';

const TYPES = ['text/html', 'application/json'];

describe('content negotiation', () => {
  it.each([
    [undefined, 'text/html'],
    ['', undefined],
    ['*/*', 'text/html'],
    ['application/json', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['image/png', undefined],
    ['"', undefined],
  ])('Accept: %s selects %s', (accept, type) => {
    expect(preferredType(accept, TYPES)).toBe(type);
  });

  it('an Accept header is read only up to a limit', () => {
    expect(preferredType(`application/json,${'"'.padEnd(15_000, ',a')}`, TYPES)).toBe('application/json');
    expect(preferredType(`${'a/a,'.repeat(3_900)}application/json`, TYPES)).toBeUndefined();
  });
});
