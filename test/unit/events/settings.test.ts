import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EVENT_TYPES } from '../../../webhook/events/model.ts';
import { subscriptionOf, type WebhookSettings } from '../../../webhook/events/settings.ts';
import { config, problems } from '../../support/service/environment.ts';

const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');

const EXAMPLE = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'events-'));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

const [first, second] = [file('first', `${secretOf(32)}\n`), file('second', secretOf(24))];

const SHOP = { name: 'shop', url: 'https://shop.example.com/hooks', secret_files: [first] };

const documentOf = (...endpoints: object[]): string => JSON.stringify({ endpoints });

const shop = (patch: object): string => documentOf({ ...SHOP, ...patch });

function settingsOf(text: string): WebhookSettings {
  const { WEBHOOKS: settings } = config({ WEBHOOKS: text });
  if (settings === undefined) throw new Error('no settings');
  return settings;
}

describe('WEBHOOKS', () => {
  it('the document of docs/events.md is right, with its secrets in files', () => {
    const text = EXAMPLE.replace('/run/secrets/shop-events', first).replace('/run/secrets/crm-events', second);
    const [one, other] = settingsOf(text).endpoints;
    expect(one).toMatchObject({ name: 'shop', allow_private: false, types: parse(EXAMPLE).endpoints[0].types });
    expect(other).toMatchObject({ name: 'crm', allow_private: true, types: EVENT_TYPES });
    expect(one?.secret_files.map((secret) => secret.length)).toEqual([32]);
  });

  it('is not set by default', () => {
    expect(config({}).WEBHOOKS).toBeUndefined();
  });

  const WRONG: readonly [string, string, RegExp][] = [
    ['no YAML', '{', /endpoints/],
    ['no endpoint', documentOf(), /at least one endpoint/],
    ['an unknown member', shop({ secret: 'x' }), /no member but name, url, types, secret_files, allow_private/],
    ['a name with a blank', shop({ name: 'the shop' }), /endpoints\.0\.name/],
    ['a name twice', documentOf(SHOP, { ...SHOP, secret_files: [second] }), /endpoints\.1\.name: names that differ/],
    ['http to another machine', shop({ url: 'http://shop.example.com/' }), /endpoints\.0\.url: an https URL/],
    ['another scheme', shop({ url: 'ftp://shop.example.com/' }), /an https URL/],
    ['credentials in the URL', shop({ url: 'https://a:b@shop.example.com/' }), /without credentials/],
    ['a private address', shop({ url: 'https://10.0.0.8/' }), /an address of the internet, or `allow_private/],
    ['the address of cloud metadata', shop({ url: 'https://169.254.169.254/' }), /an address of the internet/],
    ['a private IPv6 address', shop({ url: 'https://[fd00::1]/' }), /an address of the internet/],
    ['a private address in an IPv6 one', shop({ url: 'https://[::ffff:10.0.0.8]/' }), /an address of the internet/],
    ['https to this machine', shop({ url: 'https://localhost/' }), /http to this machine, or `allow_private/],
    ['an unknown type', shop({ types: ['verification.done'] }), /endpoints\.0\.types\.0/],
    ['no type', shop({ types: [] }), /endpoints\.0\.types/],
    ['a type twice', shop({ types: [EVENT_TYPES[0], EVENT_TYPES[0]] }), /each at most once/],
    ['no secret', shop({ secret_files: [] }), /one to three files/],
    ['a secret in place of its file', shop({ secret_files: 'whsec_x' }), /one to three files/],
    ['a file that is not there', shop({ secret_files: [join(folder, 'none')] }), /this process can read.*ENOENT/],
    ['a short secret', shop({ secret_files: [file('short', secretOf(23))] }), /24 to 64 random bytes/],
    ['a long secret', shop({ secret_files: [file('long', secretOf(65))] }), /24 to 64 random bytes/],
    [
      'a secret without its prefix',
      shop({ secret_files: [file('bare', randomBytes(32).toString('base64'))] }),
      /whsec_/,
    ],
    ['the same secret twice', shop({ secret_files: [first, first] }), /secrets that differ/],
    [
      'the secret of another',
      documentOf(SHOP, { ...SHOP, name: 'crm' }),
      /endpoints\.1\.secret_files: secrets that differ/,
    ],
  ];

  it.each(WRONG)('%s is refused in words', (_what, text, words) => {
    const found = problems({ WEBHOOKS: text });
    expect(found.map(({ name }) => name)).toContain('WEBHOOKS');
    expect(found.map(({ expected }) => expected).join('\n')).toMatch(words);
  });

  it('no message has a byte of a secret or of a URL with a password', () => {
    const wrong = file('wrong', `${secretOf(32)}garbage!`);
    const texts = [shop({ secret_files: [wrong] }), shop({ url: 'https://ann:hunter2@shop.example.com/' })];
    const messages = texts.flatMap((text) => problems({ WEBHOOKS: text })).map(({ expected, seen }) => expected + seen);
    expect(messages.join()).not.toContain('hunter2');
    expect(messages.join()).not.toContain(readFileSync(wrong, 'utf8').slice(6, 20));
    expect(messages).toHaveLength(2);
  });

  it('another URL, type or secret is another configuration; another name of a file is not', () => {
    const prints = [
      shop({}),
      shop({ secret_files: [file('copy', readFileSync(first, 'utf8'))] }),
      shop({ url: 'https://shop.example.com/other' }),
      shop({ types: [EVENT_TYPES[1]] }),
      shop({ secret_files: [second] }),
    ].map((text) => settingsOf(text).endpoints.map((one) => subscriptionOf(one).fingerprint)[0]);
    expect(prints[1]).toBe(prints[0]);
    expect(new Set(prints).size).toBe(4);
    expect(prints[0]).not.toContain('shop');
  });
});
