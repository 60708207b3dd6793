import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReturnTo } from '../../../webhook/http/return-to.ts';

const ROOTS = ['https://allowed.example', 'https://shop.example/app', 'http://127.0.0.1:4455/'];

const returnTo = createReturnTo(ROOTS);

describe('allowed return_to', () => {
  it.each([
    ['https://allowed.example', 'https://allowed.example/'],
    ['https://allowed.example/', 'https://allowed.example/'],
    ['https://allowed.example/any/path?q=1#part', 'https://allowed.example/any/path?q=1#part'],
    ['HTTPS://ALLOWED.EXAMPLE/x', 'https://allowed.example/x'],
    ['https://allowed.example:443/x', 'https://allowed.example/x'],
    ['https://shop.example/app', 'https://shop.example/app'],
    ['https://shop.example/app/', 'https://shop.example/app/'],
    ['https://shop.example/app/orders?next=//evil.example', 'https://shop.example/app/orders?next=//evil.example'],
    ['https://shop.example/other/../app/x', 'https://shop.example/app/x'],
    ['http://127.0.0.1:4455/welcome', 'http://127.0.0.1:4455/welcome'],
    // Encoded twice, dots are two ordinary characters: nothing decodes them on the way, so they do not climb.
    ['https://shop.example/app/%252e%252e/admin', 'https://shop.example/app/%252e%252e/admin'],
  ])('return_to %s is allowed', (presented, followed) => {
    expect(returnTo(presented)).toBe(followed);
  });
});

describe('refused return_to', () => {
  it.each([
    // no scheme, or an incomplete one
    '//allowed.example',
    '/\\allowed.example',
    '/app',
    'allowed.example',
    'https:allowed.example',
    'https:/allowed.example',
    'https:\\\\allowed.example',
    'https:/\\allowed.example',
    ':',
    '',
    // credentials that look like a host
    'https://allowed.example@evil.example',
    'https://user@allowed.example',
    'https://user:password@allowed.example/',
    'https://:password@allowed.example/',
    'https://allowed.example:443@evil.example/',
    // white space and control characters, which browsers drop
    'https://allowed.example/\tx',
    'https://allowed.example/\r\nSet-Cookie: a=b',
    'ht\ntps://allowed.example',
    ' https://allowed.example',
    'https://allowed.example ',
    'https://evil.example\u3000.allowed.example',
    'https://allowed.example\\@evil.example',
    'https://allowed.example\\.evil.example',
    // other schemes
    'javascript:alert(1)',
    'javascript://allowed.example/%0aalert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'ftp://allowed.example/',
    'file:///etc/passwd',
    'blob:https://allowed.example/1',
    // another host, port or scheme
    'http://allowed.example/',
    'https://allowed.example:8443/',
    'https://allowed.example.evil/',
    'https://allowed.example.evil.example/',
    'https://evilallowed.example/',
    'https://sub.allowed.example/',
    'https://allowed.example./',
    'https://allowed%2eexample%2f@evil.example/',
    'https://evil.example/https://allowed.example',
    'https://evil.example#https://allowed.example',
    'https://evil.example?https://allowed.example',
    // homographs: Cyrillic, full stops of other scripts, an extra soft hyphen
    'https://аllowed.example/',
    'https://allowed.examplе/',
    'https://xn--llowed-3ve.example/',
    // another path
    'https://shop.example/',
    'https://shop.example/apple',
    'https://shop.example/App',
    'https://shop.example/app%2fx',
    'https://shop.example/app/../admin',
    'https://shop.example/app/%2e%2e/admin',
    'https://shop.example/app/.%2E/admin',
    'https://shop.example/%61pp',
    'https://shop.example/%2561pp',
    'https://evil.example%252f.allowed.example/',
    'https://allowed.example%252f@evil.example/',
    // too long
    `https://allowed.example/${'x'.repeat(2_000)}`,
  ])('return_to %j is refused', (presented) => {
    expect(returnTo(presented)).toBeNull();
  });

  it('return_to is null if nothing is allowed or nothing is given', () => {
    expect(createReturnTo([])('https://allowed.example/')).toBeNull();
    expect(returnTo(undefined)).toBeNull();
  });
});

describe('a deep link of a native application', () => {
  const LINK = 'myapp://verified';
  const withLink = createReturnTo(['https://allowed.example', LINK, 'com.example.app:/done?from=jumio']);

  it.each([LINK, 'com.example.app:/done?from=jumio'])('the allowed deep link %s is returned as it is', (presented) => {
    expect(withLink(presented)).toBe(presented);
  });

  it.each([
    'myapp://verified/',
    'myapp://verified/more',
    'myapp://verified?a=1',
    'myapp://verified#a',
    'MYAPP://verified',
    'myapp://Verified',
    'myapp:verified',
    'myapp://',
    ' myapp://verified',
    'myapp://verified\n',
    'com.example.app:/done',
    'https://verified/',
  ])('the deep link %j, which is not exactly an allowed one, is refused', (presented) => {
    expect(withLink(presented)).toBeNull();
  });

  it('beside a deep link web addresses are allowed as before', () => {
    expect(withLink('https://allowed.example/below')).toBe('https://allowed.example/below');
  });
});

describe('any return_to', () => {
  const syntax = 'https: http: // / \\ @ : . %2f %2e%2e %5c ? # .. javascript:'.split(' ').concat('\t', '\u3002');
  const names = 'allowed.example shop.example evil.example app apple 127.0.0.1:4455 443 а'.split(' ');
  const parts = fc.constantFrom(...syntax, ...names);
  const presented = fc.oneof(
    fc.array(parts, { maxLength: 10 }).map((list) => list.join('')),
    fc.webUrl(),
    fc.string(),
  );

  it('any return_to leads to an allowed origin and path, as a browser parses it, or is null', () => {
    fc.assert(
      fc.property(presented, (text) => {
        const followed = returnTo(text);
        if (followed === null) return;
        const url = new URL(followed, 'https://us.example');
        const origins = ['https://allowed.example', 'https://shop.example', 'http://127.0.0.1:4455'];
        expect(origins).toContain(url.origin);
        expect(url.username + url.password).toBe('');
        if (url.origin === 'https://shop.example') expect(url.pathname).toMatch(/^\/+app(\/|$)/);
        expect(followed).toBe(url.href);
      }),
      { numRuns: 5_000 },
    );
  });

  it('an allowed return_to is unchanged by a second check', () => {
    fc.assert(
      fc.property(presented, (text) => {
        const followed = returnTo(text);
        if (followed !== null) expect(returnTo(followed)).toBe(followed);
      }),
      { numRuns: 5_000 },
    );
  });
});
