import { describe, expect, it } from 'vitest';
import { baseUrls } from '../../../webhook/jumio/regions.ts';

const EMEA = {
  account: 'https://account.emea-1.jumio.ai/api/v1',
  retrieval: 'https://retrieval.emea-1.jumio.ai/api/v1',
};

describe('the base URLs of Jumio', () => {
  it.each([
    'https://api.emea-1.jumio.ai/api/v1',
    'https://api.emea-1.jumio.ai/api/v1/',
    'https://api.emea-1.jumio.ai/',
    'https://api.emea-1.jumio.ai',
    'https://account.emea-1.jumio.ai/api/v1',
    'https://account.emea-1.jumio.ai',
    'https://retrieval.emea-1.jumio.ai/api/v1',
    'https://RETRIEVAL.emea-1.JUMIO.ai',
  ])('both base URLs are derived from %s', (base) => {
    expect(baseUrls(base)).toEqual(EMEA);
  });

  it.each(['amer-1', 'apac-1'])('the base URLs stay in the data centre %s', (dataCentre) => {
    expect(baseUrls(`https://api.${dataCentre}.jumio.ai`).retrieval).toBe(
      `https://retrieval.${dataCentre}.jumio.ai/api/v1`,
    );
  });

  it.each([
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/api/v1'],
    ['http://127.0.0.1:4000/api/v1/', 'http://127.0.0.1:4000/api/v1'],
    ['https://sandbox.acme.example/jumio', 'https://sandbox.acme.example/jumio/api/v1'],
    ['https://api.emea-1.jumio.ai.acme.example', 'https://api.emea-1.jumio.ai.acme.example/api/v1'],
    ['https://api.acme.example', 'https://api.acme.example/api/v1'],
  ])('%s, which is no host of Jumio, is used for both base URLs', (base, both) => {
    expect(baseUrls(base)).toEqual({ account: both, retrieval: both });
  });

  it('an explicit retrieval URL is used as given, with or without its version', () => {
    for (const override of ['https://proxy.acme.example/r', 'https://proxy.acme.example/r/api/v1/']) {
      expect(baseUrls('https://api.emea-1.jumio.ai', override)).toEqual({
        account: EMEA.account,
        retrieval: 'https://proxy.acme.example/r/api/v1',
      });
    }
  });

  it('an explicit retrieval URL of another Jumio host is used', () => {
    expect(baseUrls('http://127.0.0.1:4000', 'https://api.emea-1.jumio.ai').retrieval).toBe(
      'https://api.emea-1.jumio.ai/api/v1',
    );
  });

  it('an invalid base URL throws a TypeError', () => {
    expect(() => baseUrls('emea-1')).toThrow(TypeError);
  });
});
