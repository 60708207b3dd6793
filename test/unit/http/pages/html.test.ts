import fc from 'fast-check';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { createAssets } from '../../../../webhook/http/pages/assets.ts';
import { button, link, type Page, plainText } from '../../../../webhook/http/pages/page.ts';
import { createRenderer, document, html } from '../../../../webhook/http/pages/render.ts';
import type { Text } from '../../../../webhook/texts/messages.ts';
import type { Texts } from '../../../../webhook/texts/texts.ts';
import { unescapeHtml } from '../../../support/clients/entities.ts';

const NASTY = `</title><script>alert('1')</script>"'><img src=x onerror=alert(1)>&amp;!\${1}`;

/** Returns each key or its value unchanged: texts as an operator may write them. */
const texts: Texts = {
  consentVersion: '1',
  choose: ({ acceptLanguage }) => acceptLanguage ?? 'en',
  translate: (_language, { key, values }) => String(values?.date ?? key),
};

/** A text with the given content. */
function spoken(word: string): Text {
  return { key: 'next.date', values: { date: word } };
}

const PLAIN: Page = { title: spoken('T'), sentence: spoken('S'), action: plainText(spoken('A')) };

const app = Fastify();

const send = createRenderer({ texts, brand: {}, assets: createAssets({}) });

let shown: Page = PLAIN;

app.get('/', (_request, reply) => send(reply, 200, shown));

afterAll(() => app.close());

async function sent(page: Partial<Page>, headers = {}) {
  shown = { ...PLAIN, ...page };
  return app.inject({ url: '/', headers });
}

/** A page with the given text in every place that takes one. */
function everywhere(word: string): Partial<Page> {
  const text = spoken(word);
  return {
    title: text,
    sentence: text,
    blocks: [
      { kind: 'paragraph', text },
      { kind: 'notice', text },
      { kind: 'link', href: `https://app.example/${word}`, text },
      { kind: 'list', heading: text, items: [text] },
    ],
    action: button(text, { [word]: word }, word),
    others: [link(`https://app.example/${word}`, text), link(`/jumio/${word}`, text), plainText(text)],
  };
}

describe('HTML pages', () => {
  it('a page has the same elements with any text in any place, texts of the operator included', () => {
    const logo = { type: 'image/png', bytes: Buffer.from('x') };
    const assets = createAssets({ logo });
    const elements = (text: string) => {
      const brand = { name: text, support: `mailto:${text}`, privacyUrl: `https://app.example/${text}`, logo };
      const tell = ({ values }: Text) => String(values?.date ?? text);
      const body = document({ ...PLAIN, ...everywhere(text) }, { brand, assets }, 'en', tell);
      return body.match(/<\/?[a-z!][^\s>]*/gi);
    };
    const plain = elements('word');
    const hostile = fc.constantFrom(NASTY, '</title>', '"', "'", '<!--', ']]>', '&lt;script&gt;', 'a=b', 'javascript:');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (text) => {
        expect(elements(text)).toEqual(plain);
      }),
    );
  });

  it.each(['javascript:alert(1)', 'data:text/html,<script>'])('the footer of a page has no link to %s', (address) => {
    const brand = { support: address, privacyUrl: address };
    const body = document(PLAIN, { brand, assets: createAssets({}) }, 'en', ({ key }) => key);
    expect(body).not.toContain('<a ');
    expect(body).toContain('<li>footer.support</li>');
  });

  it('a text is escaped in every place of a page', async () => {
    const { body } = await sent(everywhere(NASTY));
    expect(body).not.toContain('<script');
    expect(body).not.toContain('<img');
    expect(unescapeHtml(body).split(NASTY).length - 1).toBeGreaterThan(12);
  });

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    'vbscript:x',
  ])('a page has no link to %s', async (href) => {
    const { body } = await sent({ action: link(href, spoken('Go')) });
    expect(body).not.toContain('<a ');
    expect(body).toContain('<p id="action">Go</p>');
  });

  it.each(['https://app.example/?a=1&b=2', '/jumio/status', 'mailto:help@app.example'])(
    'a page links to %s',
    async (href) => {
      const { body } = await sent({ action: link(href, spoken('Go')) });
      expect(unescapeHtml(body)).toContain(`<a id="action" href="${href}" class="button">Go</a>`);
    },
  );

  it('the html template escapes all values except its own results', () => {
    expect(html`<b>!${'<i>'}</b>${html`<i>${`"'`}</i>`}${[html`<u>`, '<u>']}${undefined}`.toString()).toBe(
      '<b>!&#60;i&#62;</b><i>&#34;&#39;</i><u>&#60;u&#62;',
    );
  });

  it('a page declares its language in lang and Content-Language', async () => {
    const { body, headers } = await sent({}, { 'accept-language': 'fr' });
    expect(body).toMatch(/^<!doctype html>\n<html lang="fr" dir="ltr">/);
    expect(headers['content-language']).toBe('fr');
  });

  it('a page in a right-to-left language has dir="rtl"', async () => {
    for (const language of ['ar', 'he-IL', 'fa'])
      expect((await sent({}, { 'accept-language': language })).body).toContain(`lang="${language}" dir="rtl"`);
    expect((await sent({}, { 'accept-language': 'fat' })).body).toContain('lang="fat" dir="ltr"');
  });

  it('a page is sent as HTML with Cache-Control: no-store', async () => {
    const { headers } = await sent({});
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
  });

  it('a page refreshes by itself only if it asks for that', async () => {
    expect((await sent({ refreshSeconds: 5 })).body).toContain('<meta http-equiv="refresh" content="5">');
    expect((await sent({})).body).not.toContain('refresh');
  });
});
