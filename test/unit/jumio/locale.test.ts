import { describe, expect, it } from 'vitest';
import { createRequest } from '../../../webhook/jumio/create.ts';
import { jumioLocale } from '../../../webhook/jumio/locale.ts';

describe('the locale of a Jumio execution', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['en_GB', 'en-GB'],
    ['EN-gb', 'en-GB'],
    ['es-MX', 'es-MX'],
    ['es-419', 'es'],
    ['pt-BR', 'pt-BR'],
    ['pt-PT', 'pt'],
    ['nb-NO', 'no'],
    ['zh', 'zh-CN'],
    ['zh-Hant-TW', 'zh-HK'],
    ['zh-Hant', 'zh-HK'],
    ['zh-Hans-SG', 'zh-CN'],
    ['sr-Latn', undefined],
    ['tlh', undefined],
    ['*', undefined],
    ['', undefined],
    ['de"><script>', undefined],
    ['x'.repeat(1_000), undefined],
  ])('the Jumio locale for %s is %s', (tag, expected) => {
    expect(jumioLocale(tag)).toBe(expected);
  });

  const options = {
    authUrl: 'https://auth.example',
    accountBaseUrl: 'https://account.example',
    retrievalBaseUrl: 'https://retrieval.example',
    clientId: 'id',
    clientSecret: 'secret',
    workflowKey: '10011',
    linkLifetime: '1d',
    userAgent: 'test',
    now: () => 0,
  };

  function web(locale: string | undefined, extra: object = {}): unknown {
    const { body = '' } = createRequest({ identityId: 'i', reference: 'r', locale }, { ...options, ...extra });
    return JSON.parse(body).web;
  }

  it('the locale is sent if Jumio supports it, with and without return URLs', () => {
    expect(web('de-AT')).toEqual({ locale: 'de' });
    expect(web('fr', { successUrl: 'https://a.example', errorUrl: 'https://b.example' })).toEqual({
      successUrl: 'https://a.example',
      errorUrl: 'https://b.example',
      locale: 'fr',
    });
  });

  it('without a supported locale the request leaves the choice to the portal', () => {
    expect(web(undefined)).toBeUndefined();
    expect(web('tlh')).toBeUndefined();
  });
});
