import { describe, expect, it } from 'vitest';
import { commonDomain } from '../../../webhook/doctor/checks/cookies.ts';
import { matchesGlob } from '../../../webhook/doctor/kratos-config/network.ts';
import { merge } from '../../../webhook/doctor/kratos-config/read.ts';
import { isCovered } from '../../../webhook/doctor/kratos-config/return-urls.ts';
import { fixLines } from '../../../webhook/doctor/report.ts';

describe('several configuration files', () => {
  it('several configuration files are merged as Kratos does: objects key by key, lists and values replaced by the later', () => {
    const one = { cookies: { domain: 'a.example', path: '/' }, list: [1, 2], plain: 1 };
    const two = { cookies: { domain: 'b.example' }, list: [3], other: { x: 1 } };
    expect(merge([one, two])).toEqual({
      cookies: { domain: 'b.example', path: '/' },
      list: [3],
      plain: 1,
      other: { x: 1 },
    });
  });
});

describe('the exceptions from private addresses', () => {
  it.each([
    ['http://bridge:3000/jumio/*', 'http://bridge:3000/jumio/validate', true],
    ['http://bridge:3000/*', 'http://bridge:3000/jumio/validate', false],
    ['http://bridge:3000/**', 'http://bridge:3000/jumio/validate', true],
    ['http://*.internal/**', 'http://bridge.internal/jumio/validate', true],
    ['http://*.internal/**', 'http://a.b.internal/jumio/validate', false],
    ['http://bridge.3000/jumio/*', 'http://bridge:3000/jumio/validate', false],
  ])('exception %s from private addresses covers %s: %s', (glob, url, expected) => {
    expect(matchesGlob(glob, url)).toBe(expected);
  });
});

describe('Kratos’ allowed return URLs', () => {
  const page = 'https://verify.example.com/jumio/verify';
  it.each([
    ['https://verify.example.com', true],
    ['https://verify.example.com/', true],
    ['https://verify.example.com/jumio', true],
    ['https://verify.example.com/other', false],
    ['http://verify.example.com', false],
    ['https://*.example.com', true],
    ['https://*.example.org', false],
    ['/jumio', false],
  ])('the allowed return URL %s covers a page of the service: %s', (allowed, expected) => {
    expect(isCovered(page, allowed)).toBe(expected);
  });
});

describe('the common domain of two hosts', () => {
  it.each([
    ['verify.example.com', 'auth.example.com', 'example.com'],
    ['verify.example.com', 'example.com', 'example.com'],
    ['a.b.example.com', 'c.b.example.com', 'b.example.com'],
    ['verify.example.com', 'auth.example.org', ''],
    ['verify.example.com', 'verify.example.com', 'verify.example.com'],
  ])('the common domain of %s and %s is %j', (one, other, expected) => {
    expect(commonDomain(one, other)).toBe(expected);
  });
});

describe('the lines of a fix', () => {
  it('the lines of a fix are YAML with its place above, and variables of the service', () => {
    const lines = fixLines({
      says: '',
      kratos: [
        { op: 'add', path: '/selfservice/flows/login/after/hooks/0', value: { hook: 'web_hook' } },
        { op: 'add', path: '/cookies/domain', value: 'example.com' },
        { op: 'remove', path: '/selfservice/flows/login/after/hooks/1/config/id' },
        { op: 'add', path: '/selfservice/allowed_return_urls/-', value: 'https://a.example' },
      ],
      environment: { ALLOWED_RETURN_URLS: 'https://a.example' },
    });
    expect(lines).toEqual([
      '# first in selfservice.flows.login.after.hooks:',
      '- hook: web_hook',
      '# in cookies:',
      'domain: example.com',
      '# remove selfservice.flows.login.after.hooks[1].config.id',
      '# at the end of selfservice.allowed_return_urls:',
      '- https://a.example',
      'ALLOWED_RETURN_URLS=https://a.example',
    ]);
  });
});
