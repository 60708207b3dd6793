import { describe, expect, it } from 'vitest';
import { signedUp, visitor } from '../../support/builders/people.ts';
import { jumioDown } from '../../support/fakes/jumio.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { testService } from '../../support/service/service.ts';
import { HOUR } from '../../support/service/shifted-clock.ts';

function link(text: string, href: string) {
  return { kind: 'link', text, href };
}

describe('returns to the status page', () => {
  it('a return to the status page makes Jumio be read, at most every 10 s', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    service.jumio.latest(id).status = 'ACQUIRED';
    for (const _ of [1, 2, 3, 4, 5]) await browser.get('/jumio/status');
    await untilStatus(service, id, 'processing');
    expect(service.jumio.reads()).toBe(1);
    const page = await browser.get('/jumio/status');
    expect(page.sentence).toBe('This usually takes a few minutes.');
    expect(page.body).toContain('<meta http-equiv="refresh" content="5">');
  });

  it('the status page responds while the ledger cannot be written', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    lockLedger(service.databaseUrl);
    const page = await browser.get('/jumio/status');
    expect([page.status, page.sentence]).toEqual([
      200,
      'Everything is ready. The check usually takes less than five minutes.',
    ]);
  });

  it('the status page ignores the parameters that Jumio adds', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const forged = 'accountId=x&workflowExecutionId=y&acquisitionStatus=SUCCESS&customerInternalReference=z';
    const cleaned = await browser.get(`/jumio/status?${forged}`);
    const page = await browser.get(cleaned.location ?? '');
    expect(page.sentence).toBe('Everything is ready. The check usually takes less than five minutes.');
    expect((await recordOf(service, id)).identity.standing).toBeNull();
  });
});

describe('the start button', () => {
  it('the start button of a new person starts one verification and leads to Jumio with 303', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const page = await browser.press();
    expect([page.status, page.location]).toEqual([303, service.jumio.latest(id).link]);
    expect(page.headers['cache-control']).toBe('no-store');
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
  });

  it('a second press of the start button leads to the same execution', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const { link: hosted } = service.jumio.latest(id);
    for (const _ of [1, 2, 3]) expect((await browser.press()).location).toBe(hosted);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('five concurrent presses of the start button start one verification', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => browser.post(fields)));
    const { link: hosted } = service.jumio.latest(id);
    expect(answers.map(({ location }) => location)).toEqual([hosted, hosted, hosted, hosted, hosted]);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('the start button while Jumio is down shows a page that continues by itself, and later leads to Jumio', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    service.jumio.instead.create = () => jumioDown('create');
    const page = await browser.press();
    expect(page.status).toBe(200);
    expect(page.sentence).toBe('Nothing is lost. We keep trying, and this page updates by itself.');
    expect(page.action).toMatchObject({ kind: 'button', text: 'Check if it is ready' });
    expect(page.body).toContain('<meta http-equiv="refresh" content="5">');
    service.jumio.instead.create = undefined;
    passTime(service, HOUR);
    await eventually(async () => expect((await recordOf(service, id)).verifications.at(-1)?.link).toBeTruthy());
    expect(service.jumio.executions).toHaveLength(1);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('the start button while the ledger cannot be written shows a 503 page, and starts nothing', async () => {
    const service = await testService();
    const { browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    lockLedger(service.databaseUrl);
    const page = await browser.post(fields);
    expect([page.status, page.headers['retry-after']]).toEqual([503, '5']);
    expect(page.action).toEqual(link('Reload this page', '/jumio/verify'));
    expect(service.jumio.calls.create).toEqual([]);
  });
});

describe('page headers', () => {
  it('page headers load nothing foreign, forbid framing, and allow the form to lead to Jumio', async () => {
    const { browser } = await signedUp(await testService());
    const { headers } = await browser.get('/jumio/verify');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';style-src 'self';script-src 'self';img-src 'self';connect-src 'self';" +
        "form-action 'self' https:;frame-ancestors 'none';base-uri 'none'",
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
  });

  it('page headers allow the form to lead to a sandbox without https, and do not require https', async () => {
    const env = { PUBLIC_URL: 'http://verify.demo.localhost', JUMIO_API_BASE_URL: 'http://127.0.0.1:9' };
    const { browser } = await signedUp(await testService({ env }));
    const { headers } = await browser.get('/jumio/verify');
    expect(headers['content-security-policy']).toContain("form-action 'self' https: http:;");
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('page headers forbid caching for every response', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    const signedOut = visitor(service).browser;
    signedOut.session = '';
    const answers = [
      await browser.get('/jumio/verify'),
      await browser.get('/jumio/status'),
      await browser.press(),
      await browser.post({}),
      await signedOut.get('/jumio/verify'),
    ];
    service.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    answers.push(await browser.get('/jumio/verify'));
    service.kratos.instead.whoami = () => Promise.reject(new Error('a mistake'));
    answers.push(await browser.get('/jumio/verify'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 303, 403, 401, 303, 500]);
    for (const { headers } of answers) expect(headers['cache-control']).toBe('no-store');
  });
});

describe('the hosted link', () => {
  it('the hosted link is in the Location of the 303 and nowhere else', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const pages = [await browser.get('/jumio/verify'), await browser.get('/jumio/status'), await browser.press()];
    for (const { body, headers } of pages) {
      const { location: _apart, ...others } = headers;
      // The address for the person's own phone stands there, once.
      const rest = body.replace(/<p class="address">[^<]*<\/p>/, '');
      expect(findCanaries(rest + JSON.stringify(others))).toEqual([]);
    }
    expect(findCanaries(JSON.stringify(service.kratos.copies.get(id)))).toEqual([]);
    expect(findCanaries(JSON.stringify(await service.ctx.ledger.events(id)))).toEqual([]);
    expect(findCanaries(service.logs.text())).toEqual([]);
  });
});
