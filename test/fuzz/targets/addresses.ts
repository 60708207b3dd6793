import fc from 'fast-check';
import { preferredLanguage, preferredType } from '../../../webhook/http/negotiation.ts';
import { createReturnTo } from '../../../webhook/http/return-to.ts';
import { jumioLocale } from '../../../webhook/jumio/locale.ts';
import { chooseLanguage } from '../../../webhook/texts/language.ts';
import { anyLanguages, anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

const ALLOWED = ['https://app.example.com/account', 'http://localhost:3000', 'https://bücher.example/a/b/'];

/** Of a deep link every character counts. */
const DEEP_LINKS = ['myapp://verified', 'com.example.app:/done'];

const returnToOf = createReturnTo([...ALLOWED, ...DEEP_LINKS]);

function isAllowed(url: URL): boolean {
  return ALLOWED.map((one) => new URL(one)).some(({ origin, pathname }) => {
    const path = pathname.replace(/\/$/, '');
    // Whole segments, however many slashes are between them.
    return url.origin === origin && `${url.pathname.replaceAll(/\/+/g, '/')}/`.startsWith(`${path}/`);
  });
}

const fresh = fc
  .tuple(
    fc.constantFrom('https:', 'http:', 'javascript:', 'HTTPS:', ''),
    fc.constantFrom('//', '/', '\\\\', '//user@', '//app.example.com@', '///'),
    fc.constantFrom(
      'app.example.com',
      'APP.EXAMPLE.COM',
      'app.example.com.evil.example',
      'xn--bcher-kva.example',
      'localhost',
    ),
    fc.constantFrom('', ':443', ':80', ':3000', '.', '%2e', '\t'),
    fc.constantFrom('/account', '/accounts', '/account/..', '/account/%2e%2e/x', '//account', '/a/b', '/x/../account'),
    anyText,
  )
  .map((parts) => parts.join(''));

/** The address to which a person asks to be sent back. */
export const returnTo: Target = {
  name: 'return-to',
  share: 8,
  dictionary: [
    ...ALLOWED,
    ...DEEP_LINKS,
    'myapp:',
    '//',
    '\\',
    '@',
    '%2f',
    '%5c',
    '/..',
    ':443',
    'javascript:',
    'evil.example',
    '。',
  ],
  fresh,
  run: (input) => {
    const found = returnToOf(input);
    if (found === null) return refused();
    if (DEEP_LINKS.includes(input)) {
      mustHold(found === input, 'a deep link that was changed');
      return accepted(found);
    }
    const url = new URL(found);
    mustHold(isAllowed(url), 'a person would be sent to a page that is not allowed');
    mustHold(url.username === '' && url.password === '', 'an address with credentials');
    mustHold(
      returnToOf(found) === found || found.length > 2_000,
      'an address that is refused when it is checked again',
    );
    return accepted(found);
  },
};

const AVAILABLE = ['en', 'de', 'fr', 'es', 'pt-BR'] as const;

const TYPES = ['text/html', 'application/json'];

/** The languages and the types that a browser accepts. */
export const languages: Target = {
  name: 'language',
  share: 6,
  dictionary: ['de-AT', 'zh-Hant', ';q=', '*', 'text/html', 'application/json', 'x-', '-u-co-', '-'],
  fresh: anyLanguages,
  run: (input) => {
    const preferred = preferredLanguage(input);
    mustHold(preferred === undefined || /^[A-Za-z0-9-]{2,35}$/.test(preferred), 'a language that is none');
    const chosen = [{ acceptLanguage: input }, { locale: input }].map((one) => chooseLanguage([...AVAILABLE], one));
    mustHold(
      chosen.every((one) => AVAILABLE.some((tag) => tag === one)),
      'a language that is not there',
    );
    const type = preferredType(input, TYPES);
    mustHold(type === undefined || TYPES.includes(type), 'a type that is not there');
    const result = [preferred, chosen, type, jumioLocale(input)];
    return preferred === undefined
      ? refused(`refused: ${chosen.join()}`, result)
      : accepted(result, `accepted: ${chosen.join()}`);
  },
};
