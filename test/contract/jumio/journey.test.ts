import { describe, expect, test } from 'vitest';
import { type Answered, useSandbox } from './driver.ts';

const jumio = useSandbox();

const WEB = { successUrl: 'http://localhost:1/done?lang=de', errorUrl: 'http://localhost:1/failed' };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function tokenOf(link: string): string {
  return new URL(link).searchParams.get('authorizationToken') ?? '';
}

/** The request of a browser when a button of the hosted page is pressed. */
function press(link: string, outcome: string, more: Record<string, string> = {}): Promise<Answered> {
  const form = new URLSearchParams({ authorizationToken: tokenOf(link), outcome, ...more });
  return jumio.send('POST', '/web/client', form.toString(), FORM);
}

async function statusOf(executionId: string): Promise<unknown> {
  return (await jumio.send('GET', `/sandbox/executions/${executionId}`)).json;
}

describe('Jumio sandbox: the hosted page', () => {
  test('opening the hosted page starts the acquisition, once', async () => {
    const { link, executionId } = await jumio.create();
    expect(await statusOf(executionId)).toMatchObject({ status: 'INITIATED', startedAt: null });
    const page = await jumio.send('GET', link);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const started = await statusOf(executionId);
    expect(started).toMatchObject({ status: 'ACQUISITION_STARTED', startedAt: expect.any(String) });
    await jumio.advance(10);
    await jumio.send('GET', link);
    expect(await statusOf(executionId)).toEqual(started);
  });

  test('the hosted page has every button, with labels and error codes', async () => {
    const { text } = await jumio.send('GET', (await jumio.create()).link);
    for (const outcome of ['pass', 'warn', 'reject', 'abandon', 'error']) expect(text).toContain(`value="${outcome}"`);
    for (const option of ['usability/BLURRED', 'imageChecks/MANIPULATED_DOCUMENT', '9835']) {
      expect(text).toContain(`<option>${option}</option>`);
    }
  });

  test.each([
    ['pass', {}, 'PASSED'],
    ['warn', { reason: 'imageChecks/REPEATED_FACE' }, 'WARNING'],
    ['reject', { reason: 'usability/BLURRED' }, 'REJECTED'],
  ])('the button %s of the hosted page ends in its decision', async (outcome, more, type) => {
    const { link, executionId } = await jumio.create();
    await jumio.send('GET', link);
    expect((await press(link, outcome, more)).status).toBe(200);
    expect(await jumio.details(executionId)).toMatchObject({ workflow: { status: 'PROCESSED' }, decision: { type } });
  });

  test('the button abandon leaves the execution open, and its link valid', async () => {
    const { link, executionId } = await jumio.create({ web: WEB });
    expect((await press(link, 'abandon')).status).toBe(200);
    expect(await statusOf(executionId)).toMatchObject({ status: 'ACQUISITION_STARTED', outcome: 'abandon' });
    expect((await jumio.send('GET', link)).status).toBe(200);
    expect((await press(link, 'pass')).status).toBe(303);
    expect(await statusOf(executionId)).toMatchObject({ status: 'PROCESSED', outcome: 'pass' });
  });

  test('the second button of an outcome lets Jumio take 30 seconds; a program that reads the form does not wait', async () => {
    const { link, executionId } = await jumio.create();
    const { text } = await jumio.send('GET', link);
    const [, first = ''] = /<form[^>]*>([\s\S]*?)<\/form>/.exec(text) ?? [];
    const [, path = ''] = /formaction="([^"]*)" aria-label="Pass, in 30 s"/.exec(first) ?? [];
    expect(first.match(/ name="/g)).toHaveLength(2);
    const form = new URLSearchParams({ authorizationToken: tokenOf(link), outcome: 'pass' });
    const target = new URL(path, new URL('/web/', jumio.url())).href.slice(jumio.url().length);
    expect((await jumio.send('POST', target, form.toString(), FORM)).status).toBe(200);
    expect(await statusOf(executionId)).toMatchObject({ status: 'ACQUIRED' });
    await jumio.advance(29);
    expect(await statusOf(executionId)).toMatchObject({ status: 'ACQUIRED' });
    await jumio.advance(1);
    expect(await statusOf(executionId)).toMatchObject({ status: 'PROCESSED', outcome: 'pass' });
  });

  test('an outcome of the control channel may take its own time, without a change of the setting', async () => {
    const [slow, other] = [await jumio.create(), await jumio.create()];
    await jumio.pick(slow.executionId, 'reject', { processingSeconds: 60 });
    await jumio.pick(other.executionId, 'pass');
    expect(await statusOf(slow.executionId)).toMatchObject({ status: 'ACQUIRED' });
    expect(await statusOf(other.executionId)).toMatchObject({ status: 'PROCESSED' });
    await jumio.advance(60);
    expect(await statusOf(slow.executionId)).toMatchObject({ status: 'PROCESSED', outcome: 'reject' });
  });

  test.each(['-1', '3601', 'soon'])('an outcome in %s seconds is 400 and changes nothing', async (seconds) => {
    const { link, executionId } = await jumio.create();
    const form = new URLSearchParams({ authorizationToken: tokenOf(link), outcome: 'pass' });
    expect((await jumio.send('POST', `/web/client?seconds=${seconds}`, form.toString(), FORM)).status).toBe(400);
    expect(await statusOf(executionId)).toMatchObject({ status: 'INITIATED' });
  });

  test('an unknown button is 400 and changes nothing', async () => {
    const { link, executionId } = await jumio.create();
    expect((await press(link, 'approve')).status).toBe(400);
    expect(await statusOf(executionId)).toMatchObject({ status: 'INITIATED' });
  });
});

describe('Jumio sandbox: the redirect of the hosted page', () => {
  test('the redirect on success adds exactly four parameters and keeps those of the URL', async () => {
    const { link, accountId, executionId } = await jumio.create({ web: WEB, customerInternalReference: 'a b&c' });
    const { status, headers } = await press(link, 'reject');
    const target = new URL(headers.get('location') ?? '');
    expect(status).toBe(303);
    expect(target.origin + target.pathname).toBe('http://localhost:1/done');
    expect([...target.searchParams]).toEqual([
      ['lang', 'de'],
      ['accountId', accountId],
      ['workflowExecutionId', executionId],
      ['acquisitionStatus', 'SUCCESS'],
      ['customerInternalReference', 'a b&c'],
    ]);
  });

  test('the redirect on an error has exactly five parameters, and the execution stays open', async () => {
    const { link, accountId, executionId } = await jumio.create({ web: WEB });
    const { headers } = await press(link, 'error', { errorCode: '9835' });
    const target = new URL(headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('http://localhost:1/failed');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      accountId,
      workflowExecutionId: executionId,
      acquisitionStatus: 'ERROR',
      customerInternalReference: 'person-1',
      errorCode: '9835',
    });
    expect(await statusOf(executionId)).toMatchObject({ status: 'ACQUISITION_STARTED', redirect: target.href });
  });

  test('without a URL the hosted page shows a page of Jumio instead of a redirect', async () => {
    const { status, text } = await press((await jumio.create()).link, 'error', { errorCode: '9100' });
    expect([status, text]).toEqual([200, expect.stringContaining('9100')]);
  });
});

describe('Jumio sandbox: links that are not valid', () => {
  async function expectDead(link: string): Promise<void> {
    const { status, text } = await jumio.send('GET', link);
    expect([status, text]).toEqual([410, expect.stringContaining('9200')]);
    expect((await press(link, 'pass')).status).toBe(410);
  }

  test('an expired link is 410 with error 9200, and starts nothing', async () => {
    const { link, executionId } = await jumio.create();
    await jumio.advance(30 * 60);
    await expectDead(link);
    expect(await statusOf(executionId)).toMatchObject({ status: 'TOKEN_EXPIRED', startedAt: null });
  });

  test('a link that expires during a session is 410, but the open page can be submitted', async () => {
    const { link, executionId } = await jumio.create();
    await jumio.advance(29 * 60);
    await jumio.send('GET', link);
    await jumio.advance(2 * 60);
    expect((await jumio.send('GET', link)).status).toBe(410);
    expect((await press(link, 'pass')).status).toBe(200);
    expect(await statusOf(executionId)).toMatchObject({ status: 'PROCESSED' });
  });

  test('a used link, a link of an ended session and an unknown link are 410 with error 9200', async () => {
    const [used, left] = [await jumio.create(), await jumio.create()];
    await press(used.link, 'pass');
    await press(left.link, 'abandon');
    await jumio.advance(15 * 60);
    await expectDead(used.link);
    await expectDead(left.link);
    await expectDead(`${used.link}&authorizationToken=x`);
    await expectDead(used.link.replace('authorizationToken=', 'authorizationToken=x'));
  });
});
