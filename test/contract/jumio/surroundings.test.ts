import { describe, expect, test } from 'vitest';
import { useSandbox } from './driver.ts';

const HOME = 'http://verify.demo.localhost:4701/jumio/verify';

const WEB = { successUrl: 'http://localhost:1/done', errorUrl: 'http://localhost:1/failed?a=1&b=2' };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const NAMES = new Map([['person-1', 'ann<b>@example.org']]);

const jumio = useSandbox({
  home: HOME,
  nameOf: async (reference) => {
    if (reference === 'person-down') throw new Error('the admin API is down');
    return NAMES.get(reference);
  },
});

const alone = useSandbox();

function leave(sandbox: typeof jumio, link: string) {
  const authorizationToken = new URL(link).searchParams.get('authorizationToken') ?? '';
  return sandbox.send(
    'POST',
    '/web/client',
    new URLSearchParams({ authorizationToken, outcome: 'abandon' }).toString(),
    FORM,
  );
}

function linksOn(text: string): string[] {
  return [...text.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

describe('Jumio sandbox: no page is a dead end', () => {
  test('who has left can go on at Jumio, or go back to where the link of the execution says', async () => {
    const { link } = await jumio.create({ web: WEB });
    const { text } = await leave(jumio, link);
    expect(linksOn(text)).toEqual([link, WEB.errorUrl]);
    expect((await jumio.send('GET', link)).status).toBe(200);
  });

  test('a link that was used, has ended, or is of an earlier run leads on', async () => {
    const [used, ended] = [await jumio.create({ web: WEB }), await jumio.create()];
    await jumio.pick(used.executionId, 'pass');
    await jumio.advance(30 * 60);
    const pages = [
      used.link,
      ended.link,
      `${jumio.url()}/web/client?authorizationToken=earlier`,
      `${jumio.url()}/web/client`,
    ];
    const answers = await Promise.all(pages.map((link) => jumio.send('GET', link)));
    expect(answers.map(({ status }) => status)).toEqual([410, 410, 410, 410]);
    expect(answers.map(({ text }) => linksOn(text))).toEqual([[WEB.errorUrl], [HOME], [HOME], [HOME]]);
  });

  test('a sandbox that knows of nothing around it offers only what it has', async () => {
    const { link } = await alone.create();
    expect(linksOn((await leave(alone, link)).text)).toEqual([link]);
    expect(linksOn((await alone.send('GET', '/web/client?authorizationToken=x')).text)).toEqual([]);
  });
});

describe('Jumio sandbox: the page with all executions', () => {
  test('each row says whose it is, as text, beside the label of every cell', async () => {
    for (const customerInternalReference of ['person-1', 'person-2', 'person-down'])
      await jumio.create({ customerInternalReference });
    const { text } = await jumio.send('GET', '/');
    const people = [...text.matchAll(/<td data-label="Person">([^<]*)<\/td>/g)].map(([, name]) => name);
    expect(people).toEqual(['not known here', 'not known here', 'ann&lt;b&gt;@example.org']);
    for (const column of ['Created', 'Reference', 'Execution', 'Status', 'Outcome', 'Link ends'])
      expect(text.split(`<td data-label="${column}">`)).toHaveLength(4);
  });
});
