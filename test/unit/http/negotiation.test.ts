import { describe, expect, it } from 'vitest';
import { preferredLanguage, preferredType } from '../../../webhook/http/negotiation.ts';

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

  it.each([
    ['de', 'de'],
    ['pt-BR,pt;q=0.9', 'pt-BR'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['sl-rozaj-biske-1994', 'sl-rozaj-biske-1994'],
    ['de-DE-u-co-phonebk', 'de-DE-u-co-phonebk'],
    ['es-419', 'es-419'],
  ])('an Accept-Language of %s prefers the language tag %s', (header, tag) => {
    expect(preferredLanguage(header)).toBe(tag);
  });

  it.each([
    undefined,
    '',
    '*',
    'de-',
    'de-a',
    'x-pig',
    'anna',
    'de-DE-DE',
    'en-xx-yy-zz-ww',
    `en-${'abcdefgh-'.repeat(8)}ij`,
  ])('an Accept-Language of %s names no language tag', (header) => {
    expect(preferredLanguage(header)).toBeUndefined();
  });

  it('an Accept-Language whose first language is no tag prefers the next one', () => {
    expect(preferredLanguage('en-xx-yy-zz-ww,fr;q=0.5')).toBe('fr');
  });
});
