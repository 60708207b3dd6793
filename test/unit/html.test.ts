import fc from 'fast-check';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { button, link, type Page, sendPage } from '../../webhook/http/html.ts';

const NASTY = `<script>alert('1')</script>"'><img src=x onerror=alert(1)>&amp;`;

const app = Fastify();
let shown: Page = { title: '', sentence: '', action: '' };
app.get('/', (_request, reply) => sendPage(reply, 200, shown));
afterAll(() => app.close());

async function sent(page: Partial<Page>) {
  shown = { title: '', sentence: '', action: '', ...page };
  return app.inject('/');
}

/** What a browser reads of escaped text. */
function unescaped(text: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_all, name: string) => entities[name] ?? '');
}

describe('a page', () => {
  it.each<[string, () => string | Promise<string>]>([
    ['title', async () => (await sent({ title: NASTY })).body],
    ['sentence', async () => (await sent({ sentence: NASTY })).body],
    ['address of a link', () => link(NASTY, '')],
    ['text of a link', () => link('/', NASTY)],
    ['text of a button', () => button(NASTY, {})],
    ['name of a field', () => button('', { [NASTY]: '' })],
    ['value of a field', () => button('', { name: NASTY })],
  ])('is only text in its %s', async (_where, make) => {
    const html = await make();
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
    expect(unescaped(html)).toContain(NASTY);
  });

  it('writes the five characters that mean something as entities', () => {
    expect(link(`&<>"'`, `&<>"'`)).toBe(
      '<p><a id="action" href="&amp;&lt;&gt;&quot;&#39;">&amp;&lt;&gt;&quot;&#39;</a></p>',
    );
  });

  it('keeps every text inside its attribute or element', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [before = '', after = ''] = button('', { name: 'MARK' }).split('MARK');
        const html = button('', { name: text });
        expect(html.startsWith(before) && html.endsWith(after)).toBe(true);
        const value = html.slice(before.length, html.length - after.length);
        expect(value).not.toMatch(/[<>"']/);
        expect(unescaped(value)).toBe(text);
      }),
    );
  });

  it('loads nothing: no script, no style, no picture, no other origin', async () => {
    const action = button('B', { a: 'b' });
    const { body } = await sent({ title: 'T', sentence: 'S', action, refreshSeconds: 5 });
    expect(body).not.toMatch(/<(script|style|link|img|iframe|object|embed)\b|https?:|\son\w+=|\sstyle=/);
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(body).toContain('<h1>T</h1><p id="sentence">S</p>');
  });

  it('is kept by nobody and read as HTML', async () => {
    const { headers } = await sent({});
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
  });

  it('waits by itself only where it says so', async () => {
    expect((await sent({ refreshSeconds: 5 })).body).toContain('<meta http-equiv="refresh" content="5">');
    expect((await sent({})).body).not.toContain('refresh');
  });
});
