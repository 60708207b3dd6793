import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../../sandbox/kratos/client/browser.ts';

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});

let port = 0;

const at = (host: string, path: string) => `http://${host}:${port}${path}`;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = z.object({ port: z.number() }).parse(server.address()).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** One server for all host names: they differ only in the requests of the browser. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://any');
  const { method, headers } = request;
  if (pathname === '/set') response.setHeader('set-cookie', searchParams.getAll('cookie'));
  if (pathname === '/loop') response.writeHead(302, { location: '/loop' });
  if (pathname === '/to')
    response.writeHead(Number(searchParams.get('status')), { location: searchParams.get('url') ?? '' });
  if (pathname === '/form') {
    response.end(
      '<form action="/echo?a=1&amp;b=2" method="post"><input type=hidden name="csrf" value="x&quot;y"><button name="go" value="yes">Go</button></form>',
    );
    return;
  }
  response.end(
    JSON.stringify({
      method,
      host: headers.host,
      path: request.url,
      cookie: headers.cookie,
      body,
      type: headers['content-type'],
    }),
  );
}

test('a cookie with a parent domain is sent to all its hosts, a cookie without a domain only to its own host', async () => {
  const browser = createBrowser();
  const cookies = ['cookie=shared%3D1%3B%20Domain%3Ddemo.localhost', 'cookie=own%3D1'].join('&');
  await browser.get(at('kratos.demo.localhost', `/set?${cookies}`));
  const seenBy = async (host: string) => (await browser.get(at(host, '/echo'))).json();
  expect(await seenBy('kratos.demo.localhost')).toMatchObject({ cookie: 'shared=1; own=1' });
  expect(await seenBy('verify.demo.localhost')).toMatchObject({ cookie: 'shared=1' });
  expect(await seenBy('other.localhost')).not.toHaveProperty('cookie');
  expect(await seenBy('127.0.0.1')).not.toHaveProperty('cookie');
});

test('a host cannot set a cookie for another domain or for localhost', async () => {
  const browser = createBrowser();
  for (const domain of ['other.localhost', 'localhost']) {
    await browser.get(at('kratos.demo.localhost', `/set?cookie=bad%3D1%3B%20Domain%3D${domain}`));
    expect(await browser.cookies(at(domain, '/'))).toBe('');
  }
});

test('a request has the host name of its URL, and a cookie with a path is sent on that path only', async () => {
  const browser = createBrowser();
  await browser.get(at('verify.demo.localhost', '/set?cookie=p%3D1%3B%20Path%3D%2Fjumio'));
  const page = await browser.get(at('verify.demo.localhost', '/jumio/verify'));
  expect(page.json()).toMatchObject({ host: `verify.demo.localhost:${port}`, cookie: 'p=1' });
  expect((await browser.get(at('verify.demo.localhost', '/other'))).json()).not.toHaveProperty('cookie');
});

test.each([
  [303, 'GET', ''],
  [302, 'GET', ''],
  [307, 'POST', 'a=1'],
])('a %i after a POST is followed with %s', async (status, method, body) => {
  const browser = createBrowser();
  const target = encodeURIComponent(at('app.demo.localhost', '/echo'));
  const url = at('kratos.demo.localhost', `/to?status=${status}&url=${target}`);
  const stopped = await browser.post(url, { form: { a: '1' } });
  expect(stopped).toMatchObject({ status, location: at('app.demo.localhost', '/echo') });
  const followed = await browser.post(url, { form: { a: '1' } }, { follow: true });
  expect(followed.json()).toMatchObject({ method, body, host: `app.demo.localhost:${port}` });
});

test('endless redirects are given up', async () => {
  const endless = at('app.demo.localhost', '/loop');
  await expect(createBrowser().get(endless, { follow: true })).rejects.toThrow('more than 10 redirects');
});

test('the form of a page is sent with its hidden fields, its button and the given values', async () => {
  const browser = createBrowser();
  const page = await browser.get(at('app.demo.localhost', '/form'));
  const sent = await browser.submit(page, { name: 'Ada' });
  expect(sent.json()).toMatchObject({
    method: 'POST',
    path: '/echo?a=1&b=2',
    type: 'application/x-www-form-urlencoded',
    body: 'csrf=x%22y&go=yes&name=Ada',
  });
});
