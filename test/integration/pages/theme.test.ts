import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitor } from '../../support/builders/people.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { buildTestService, type TestService } from '../../support/service/service.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

const NAME = `</title><script>alert(1)</script> "Acme" & 'Co'`;

let folder = '';

let service: TestService;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'look-'));
  writeFileSync(join(folder, 'logo.svg'), SVG);
  service = await buildTestService({
    env: {
      BRAND_NAME: NAME,
      BRAND_LOGO: join(folder, 'logo.svg'),
      BRAND_COLOR: '#7a1f5c',
      BRAND_COLOR_DARK: '#f0a8d8',
      SUPPORT_ADDRESS: 'help@acme.example',
      PRIVACY_URL: `https://acme.example/privacy?a=1&b='"><script>`,
      TEXTS: `de:\n  status.none: '</p><script>alert("{{brand}}")</script>'\npt:\n  status.none: Olá.\n`,
    },
  });
});

afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

async function page(acceptLanguage?: string) {
  const { browser } = visitor(service);
  browser.language = acceptLanguage;
  return browser.get('/jumio/status');
}

/** Every URL that the page makes a browser load. */
function loaded(body: string): string[] {
  return [...body.matchAll(/<(?:link|script|img)\b[^>]*? (?:href|src)="([^"]*)"/g)].map(([, url = '']) =>
    unescapeHtml(url),
  );
}

describe('pages with the operator’s theme', () => {
  it('a page shows the name, logo and links of the operator, as text and never as markup', async () => {
    const { body } = await page('en');
    expect(body).not.toContain('<script>alert');
    expect(unescapeHtml(body)).toContain(`<title>Verify your identity – Identity check – ${NAME}</title>`);
    expect(unescapeHtml(body)).toContain(`alt="${NAME}"`);
    expect(unescapeHtml(body)).toContain('<a href="mailto:help@acme.example">Contact support</a>');
    expect(unescapeHtml(body)).toContain(`<a href="https://acme.example/privacy?a=1&b='"><script>">Privacy policy</a>`);
    expect(body.match(/<h1\b/g)).toHaveLength(1);
  });

  it('a page is in the language of the browser, with the operator’s own texts if configured', async () => {
    const german = await page('de-AT,de;q=0.9,en;q=0.5');
    expect(german.sentence).toBe(`</p><script>alert("${NAME}")</script>`);
    expect(german.body).toContain('<html lang="de" dir="ltr">');
    expect(german.headers['content-language']).toBe('de');
    expect((await page('fr')).sentence).toBe('Votre identité n’est pas encore vérifiée.');
    expect((await page('es-MX')).sentence).toBe('Su identidad todavía no está verificada.');
    expect((await page('pt-BR')).sentence).toBe('Olá.');
    expect((await page('xx')).sentence).toBe('Your identity is not verified yet.');
    expect((await page()).sentence).toBe('Your identity is not verified yet.');
  });

  it('a page prefers the language of the person’s profile to the browser’s', async () => {
    const { id, browser } = visitor(service);
    browser.language = 'fr';
    service.kratos.locales.set(id, 'es-AR');
    expect((await browser.get('/jumio/status')).sentence).toBe('Su identidad todavía no está verificada.');
  });

  it('a page footer has only the operator’s links, and each of them once on the page', async () => {
    const foot = (body: string) => unescapeHtml(/<footer>(.*)<\/footer>/s.exec(body)?.[1] ?? '');
    const links = (text: string) => [...text.matchAll(/ href="(mailto:[^"]*)"/g)].map(([, href]) => href);
    expect(foot((await page('en')).body).replaceAll(/<[^>]*>/g, ' ')).toMatch(
      /^\s*Contact support\s+">.*Privacy policy\s*$/,
    );
    const { browser } = visitor(service);
    const help = await browser.get('/jumio/help');
    expect(help.action).toEqual({ kind: 'link', text: 'Contact support', href: 'mailto:help@acme.example' });
    expect(links(help.body)).toEqual(['mailto:help@acme.example']);
    expect(foot(help.body)).toContain('Privacy policy');
  });

  it('a page without authentication is in the browser’s language', async () => {
    const { browser } = visitor(service);
    browser.session = '';
    browser.language = 'fr';
    expect((await browser.get('/jumio/status')).sentence).toBe(
      'Après la connexion, vous reviendrez directement à votre vérification d’identité.',
    );
  });

  it('a page loads only our own files, under 15 kB, and each of them exists', async () => {
    const { body } = await page('de');
    const addresses = loaded(body);
    expect(addresses.map((url) => url.split('?')[0])).toEqual(['/jumio/style.css', '/jumio/icon.svg', '/jumio/logo']);
    let bytes = Buffer.byteLength(body);
    for (const url of [...addresses.filter((address) => !address.includes('logo')), '/jumio/page.js']) {
      const answer = await service.app.inject(url);
      expect(answer.statusCode).toBe(200);
      bytes += answer.rawPayload.length;
    }
    expect(bytes).toBeLessThan(15_000);
  });

  it('a page has no inline script and no inline style', async () => {
    expect((await page('en')).body).not.toMatch(
      /<style|\sstyle=|\son\w+=|<script(?! src="\/jumio\/page\.js)|javascript:/,
    );
  });
});

describe('files that a page loads', () => {
  const PATHS = ['/jumio/style.css', '/jumio/page.js', '/jumio/logo'];

  it.each(PATHS)(
    '%s is cached for good under the URL of its content, and revalidated under any other',
    async (path) => {
      const plain = await service.app.inject(path);
      const etag = String(plain.headers.etag);
      expect(plain.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
      const versioned = await service.app.inject(`${path}?v=${etag.slice(1, -1)}`);
      expect(versioned.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect((await service.app.inject(`${path}?v=other`)).headers['cache-control']).toBe('no-cache');
      const again = await service.app.inject({ url: path, headers: { 'if-none-match': etag } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    },
  );

  it('a page names its files by the URL of their content', async () => {
    for (const url of loaded((await page('en')).body))
      expect((await service.app.inject(url)).headers['cache-control']).toContain('immutable');
  });

  it('a logo can neither run nor load anything, also if opened by itself', async () => {
    const { headers, body } = await service.app.inject('/jumio/logo');
    expect(body).toBe(SVG);
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  });

  it('a page shows the operator’s colours, in both themes', async () => {
    const { body, headers } = await service.app.inject('/jumio/style.css');
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect(body).toContain(':root { --accent: #7a1f5c; --link: #7a1f5c; }');
    expect(body).toContain('--accent: #f0a8d8; --on-accent: #12171d; --link: #f0a8d8;');
  });

  it('a file that a page loads sets no cookie and needs none', async () => {
    for (const path of PATHS) expect((await service.app.inject(path)).headers).not.toHaveProperty('set-cookie');
    expect(service.kratos.calls.whoami.length).toBeGreaterThan(0);
  });
});
