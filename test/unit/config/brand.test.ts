import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contrast, DARK, LIGHT } from '../../../webhook/config/brand.ts';
import { createAssets } from '../../../webhook/http/pages/assets.ts';
import { config, problems } from '../../support/service/environment.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brand-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('brand colours', () => {
  it('the contrast of two colours is computed as WCAG defines it', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#ffffff', '#ffffff')).toBe(1);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('a readable brand colour is accepted with and without #', () => {
    for (const color of ['#1D4F91', '1d4f91']) expect(config({ BRAND_COLOR: color }).BRAND_COLOR).toBe('#1d4f91');
    expect(config({ BRAND_COLOR_DARK: '#9cc4ff' }).BRAND_COLOR_DARK).toBe('#9cc4ff');
  });

  it.each([
    ['BRAND_COLOR', '#777777', '4.47:1', LIGHT],
    ['BRAND_COLOR', 'ffcc00', '1.51:1', LIGHT],
    ['BRAND_COLOR_DARK', '#1d4f91', '2.21:1', DARK],
  ])('%s=%s with a contrast of only %s is refused', (name, value, ratio, against) => {
    expect(problems({ [name]: value })).toEqual([
      {
        name,
        expected: `a colour with a contrast of at least 4.5:1 to ${against} (this one has ${ratio})`,
        seen: JSON.stringify(value),
      },
    ]);
  });

  it.each(['red', '#12345', '#1234567', 'rgb(0,0,0)', '#12345g', '#1d4f91;}'])(
    'the brand colour %s is refused',
    (value) => {
      expect(problems({ BRAND_COLOR: value })).toMatchObject([{ name: 'BRAND_COLOR' }]);
    },
  );

  it('brand colours are checked against the backgrounds of the stylesheet', () => {
    const { body } = createAssets({}).style;
    expect(body).toContain(`--page: ${LIGHT};`);
    expect(body).toContain(`--on-accent: ${LIGHT};`);
    expect(body).toContain(`--page: ${DARK};`);
    expect(body).toContain(`--on-accent: ${DARK};`);
  });
});

describe('colours of the stylesheet', () => {
  const { body } = createAssets({}).style;
  const themes = [...String(body).matchAll(/:root \{([^}]*)\}/g)].map(
    ([, text = '']) =>
      new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value])),
  );

  it.each([
    ['text', 'page', 4.5],
    ['text', 'soft', 4.5],
    ['quiet', 'page', 4.5],
    ['accent', 'page', 4.5],
    ['on-accent', 'accent', 4.5],
    ['line', 'page', 3],
    ['focus', 'page', 3],
  ])('the stylesheet colour %s on %s has the required contrast in both themes', (front, back, least) => {
    expect(themes).toHaveLength(2);
    for (const theme of themes)
      expect(contrast(theme.get(front) ?? '', theme.get(back) ?? '')).toBeGreaterThanOrEqual(least);
  });
});

describe('the brand logo', () => {
  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

  it.each([
    ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    [
      'b.svg',
      '\uFEFF<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>',
      'image/svg+xml',
    ],
    ['c', PNG, 'image/png'],
  ])('a logo is read from the file %s', (name, content, type) => {
    expect(config({ BRAND_LOGO: file(name, content) }).BRAND_LOGO).toEqual({ type, bytes: Buffer.from(content) });
  });

  it.each([
    ['page.svg', '<!doctype html><svg></svg>'],
    ['text.svg', 'svg'],
    ['photo.png', Buffer.from([0xff, 0xd8, 0xff])],
    ['huge.png', Buffer.concat([PNG, Buffer.alloc(200 * 1024)])],
    ['empty.svg', ''],
  ])('the logo file %s is refused', (name, content) => {
    expect(problems({ BRAND_LOGO: file(name, content) })).toMatchObject([{ name: 'BRAND_LOGO' }]);
  });

  it('a logo file that does not exist is refused', () => {
    expect(problems({ BRAND_LOGO: join(folder, 'nowhere.svg') })).toMatchObject([{ name: 'BRAND_LOGO' }]);
  });
});

describe('other brand variables', () => {
  it('a brand name, a support address and a privacy policy are accepted', () => {
    expect(
      config({
        BRAND_NAME: 'Acme & Co',
        SUPPORT_ADDRESS: 'help@acme.example',
        PRIVACY_URL: 'https://acme.example/privacy',
      }),
    ).toMatchObject({
      BRAND_NAME: 'Acme & Co',
      SUPPORT_ADDRESS: 'mailto:help@acme.example',
      PRIVACY_URL: 'https://acme.example/privacy',
    });
    expect(config({ SUPPORT_ADDRESS: 'https://acme.example/help' }).SUPPORT_ADDRESS).toBe('https://acme.example/help');
  });

  it.each([
    ['SUPPORT_ADDRESS', 'javascript:alert(1)'],
    ['SUPPORT_ADDRESS', 'help'],
    ['SUPPORT_ADDRESS', 'a@b.example?subject=x'],
    ['PRIVACY_URL', 'javascript:alert(1)'],
    ['PRIVACY_URL', 'acme.example/privacy'],
    ['BRAND_NAME', 'x'.repeat(61)],
    ['LOCALE_TRAIT', 'locale'],
    ['LOCALE_TRAIT', '/a~2'],
    ['LOCALE_TRAIT', ''.padEnd(3, ' ')],
  ])('%s=%s is refused', (name, value) => {
    expect(problems({ [name]: value })).toMatchObject([{ name }]);
  });
});
