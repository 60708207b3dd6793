import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';
import { issuePhoneLink } from '../../../webhook/verification/person/one-time-link.ts';
import { decide, hasAgreed, signedUp, type Visitor, visitor } from '../../support/builders/people.ts';
import { type Browser, openBrowser, type ParsedPage } from '../../support/clients/browser.ts';
import { oneTimePath } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { APPLICATION, PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const NO_CAMERA = '/jumio/status?errorCode=9820';

const FOLLOWING = 'This page waits for your phone, and shows the result when you have finished there.';

/** Jumio itself takes no address of this machine. */
const SANDBOX = { JUMIO_API_BASE_URL: 'http://127.0.0.1:4010', JUMIO_AUTH_URL: 'http://127.0.0.1:4010/oauth2/token' };

/** The path of the address on a page; undefined: the page has none. */
function addressOn({ body }: ParsedPage): string | undefined {
  const text = /<p class="address">([^<]*)<\/p>/.exec(body)?.[1];
  return text === undefined ? undefined : unescapeHtml(text).replace(PUBLIC_URL, '');
}

/** The address of the page that follows the phone, as a page has it. */
function followOf({ body }: ParsedPage): string {
  return unescapeHtml(/data-follow="([^"]*)"/.exec(body)?.[1] ?? '');
}

/** A person at their computer who has opened the consent page, and the address that it shows. */
async function atComputer(options: Parameters<typeof testService>[0] = {}) {
  const service = await testService(options);
  const person = await signedUp(service);
  const path = addressOn(await person.browser.get('/jumio/verify')) ?? '';
  return { service, ...person, path };
}

/** A phone, without a session, on which the person has pressed the button of the address. */
async function onPhone(service: TestService, path: string): Promise<Browser> {
  const phone = openBrowser(service);
  expect((await phone.press(path)).status).toBe(303);
  return phone;
}

async function erase(service: TestService, id: string): Promise<void> {
  expect(await runCli(service, ['erase', id, '--by', 'ann', '--yes'])).toMatchObject({ code: 0 });
}

async function events({ ctx }: TestService, id: string): Promise<string[]> {
  return (await ctx.ledger.events(id)).map(({ kind }) => kind);
}

describe('the address for a phone', () => {
  it('the consent page shows an address, as a code and as text, at a computer only', async () => {
    const { service, browser, path } = await atComputer();
    expect(path).toMatch(/^\/jumio\/enter\?code=[\w-]{22}$/);
    const { body, headers } = await browser.get('/jumio/verify');
    expect(body).toMatch(
      /<section class="phone computer">[\s\S]*<svg class="code" [^>]*role="img" aria-label="QR code/,
    );
    expect([headers['cache-control'], headers['referrer-policy']]).toEqual(['no-store', 'no-referrer']);
    const { body: style } = await service.app.inject('/jumio/style.css');
    expect(style).toMatch(
      /\.computer \{\s*display: none;\s*\}\s*@media \(hover: hover\) and \(pointer: fine\) \{\s*\.computer/,
    );
  });

  it.each(['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])(
    'where no phone reaches this service (%s) no address is shown',
    async (url) => {
      const { browser } = await atComputer({ env: { ...SANDBOX, PUBLIC_URL: url } });
      const page = await browser.get('/jumio/verify');
      expect([page.status, addressOn(page)]).toEqual([200, undefined]);
      expect(page.body).not.toContain('class="computer"');
      expect(page.body).not.toContain('<svg class="code"');
    },
  );

  it('the page says which code is ours and which is Jumio’s', async () => {
    const { browser } = await atComputer();
    expect((await browser.get('/jumio/verify')).body).toContain('Jumio may show a code of its own later');
  });

  it.each(['9820', '9822'])('the page that says that there is no camera (%s) shows an address', async (code) => {
    const service = await testService();
    const person = await signedUp(service);
    await hasAgreed(service, person);
    const page = await person.browser.get(`/jumio/status?errorCode=${code}`);
    expect([page.status, addressOn(page)]).toEqual([200, expect.stringContaining('/jumio/enter?code=')]);
    for (const other of ['/jumio/status', '/jumio/status?errorCode=9800', '/jumio/verify'])
      expect(addressOn(await person.browser.get(other))).toBeUndefined();
  });

  it('a browser that says that it is a phone gets no address, and nothing is written', async () => {
    const { service, browser, path } = await atComputer();
    const headers = { cookie: browser.session, 'sec-ch-ua-mobile': '?1' };
    const { body } = await service.app.inject({ url: '/jumio/verify', headers });
    expect(body).not.toContain('class="address"');
    expect((await openBrowser(service).press(path)).status).toBe(303);
  });

  it('HEAD, a prefetch and the JSON of the page make no address: the one that is shown still works', async () => {
    const { service, browser, path } = await atComputer();
    const cookie = browser.session;
    await service.app.inject({ method: 'HEAD', url: '/jumio/verify', headers: { cookie } });
    await service.app.inject({ url: '/jumio/verify', headers: { cookie, 'sec-purpose': 'prefetch' } });
    await service.app.inject({ url: '/jumio/verify', headers: { cookie, accept: 'application/json' } });
    expect((await openBrowser(service).press(path)).status).toBe(303);
  });

  it('a page that is loaded again shows a new address, and the older one no longer works', async () => {
    const { service, browser, path } = await atComputer();
    const newer = addressOn(await browser.get('/jumio/verify')) ?? '';
    expect(newer).not.toBe(path);
    expect((await openBrowser(service).press(path)).status).toBe(410);
    expect((await openBrowser(service).press(newer)).status).toBe(303);
  });

  it('the pages of one person withdraw no address of another', async () => {
    const { service, path } = await atComputer();
    const other = await signedUp(service);
    await other.browser.get('/jumio/verify');
    expect((await openBrowser(service).press(path)).status).toBe(303);
  });

  it('to show an address changes nothing of the person, and is no event; its use is one', async () => {
    const { service, id, browser } = await atComputer();
    const [record, before] = [await recordOf(service, id), await events(service, id)];
    const path = addressOn(await browser.get('/jumio/verify')) ?? '';
    expect([await recordOf(service, id), await events(service, id)]).toEqual([record, before]);
    await onPhone(service, path);
    expect(await events(service, id)).toEqual([...before, 'address_used']);
  });

  it('neither the address nor its token is in a log line', async () => {
    const { service, path } = await atComputer();
    await onPhone(service, path);
    expect(findCanaries(service.logs.text())).toEqual([]);
    expect(service.logs.text()).not.toContain(path.split('=')[1]);
  });

  it('where the address cannot be stored the page is shown without one', async () => {
    let isLocked = false;
    const failing = (ctx: Context): Context => {
      const change: Context['ledger']['change'] = (...args) =>
        isLocked ? Promise.reject(new LedgerUnavailable('locked')) : ctx.ledger.change(...args);
      return { ...ctx, ledger: { ...ctx.ledger, change } };
    };
    const { browser } = await atComputer({ ctx: failing });
    isLocked = true;
    const page = await browser.get('/jumio/verify');
    isLocked = false;
    expect([page.status, addressOn(page), page.body.includes('data-follow')]).toEqual([200, undefined, false]);
  });

  it('a person whom the ledger does not have asks for the address by a button, because a GET makes no row', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const returnTo = `${APPLICATION}/account`;
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(returnTo)}`);
    expect([addressOn(page), await service.ctx.ledger.record(id)]).toEqual([undefined, undefined]);
    expect(page.body).toMatch(/<form method="post" action="\/jumio\/phone" class="computer">/);
    expect((await browser.post({ ...page.fields, _csrf: 'x' }, '/jumio/phone')).status).toBe(403);
    const asked = await browser.post(page.fields, '/jumio/phone');
    expect([asked.status, asked.location]).toEqual([303, expect.stringContaining(encodeURIComponent(returnTo))]);
    expect((await openBrowser(service).press(addressOn(await browser.get('/jumio/verify')))).status).toBe(303);
  });
});

describe('what makes no address', () => {
  it('the button makes the row alone: pressed where there is one, it withdraws no address', async () => {
    const { browser, service } = await atComputer();
    const page = await browser.get('/jumio/verify');
    expect((await browser.post(page.fields, '/jumio/phone')).status).toBe(303);
    await onPhone(service, addressOn(page) ?? '');
  });

  it('an erased identity gets none, also where the page was read before', async () => {
    const { service, id } = await atComputer();
    await erase(service, id);
    expect(await issuePhoneLink(service.ctx, id, null)).toBeUndefined();
  });
});

describe('the phone', () => {
  it('a phone without a session agrees, goes to Jumio and reads the result, and is sent back to the computer', async () => {
    const { service, id, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    const consent = await phone.get('/jumio/verify');
    expect([consent.status, consent.to, addressOn(consent)]).toEqual([200, '/jumio/verify', undefined]);
    expect((await phone.post(consent.fields)).location).toBe(service.jumio.latest(id).link);
    await decide(service, id, 'PASSED');
    const end = await phone.get('/jumio/status');
    expect(end.action).toMatchObject({ kind: 'text', text: expect.stringMatching(/^Return to your computer/) });
    expect(end.body).not.toContain('data-onwards');
    const computer = await browser.get('/jumio/phone');
    expect([computer.status, computer.location]).toEqual([303, '/jumio/status']);
  });

  it('a phone is never sent to the application, whatever the computer asked for', async () => {
    const service = await testService({ env: { DEFAULT_RETURN_URL: `${APPLICATION}/home` } });
    const { id, browser } = await signedUp(service);
    const wanted = `${APPLICATION}/account`;
    const path = addressOn(await browser.get(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`)) ?? '';
    const phone = await onPhone(service, path);
    const consent = await phone.get(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
    await phone.post(consent.fields);
    await decide(service, id, 'PASSED');
    for (const page of [
      await phone.get('/jumio/status'),
      await phone.get('/jumio/verify'),
      await phone.post(consent.fields),
    ])
      expect([page.location, page.body.includes(APPLICATION)]).toEqual([undefined, false]);
    // The computer is: the phone’s press has stored what the computer asked for.
    expect((await browser.get('/jumio/status')).body).toContain(`data-onwards="${wanted}"`);
  });

  it('a phone makes no further address, so that it does not prolong its own time', async () => {
    const { service, id, path } = await atComputer();
    const phone = await onPhone(service, path);
    await hasAgreed(service, { id, browser: phone });
    for (const page of [await phone.get('/jumio/verify'), await phone.get(NO_CAMERA)])
      expect([page.status, addressOn(page)]).toEqual([200, undefined]);
    await phone.press();
    expect(addressOn(await phone.get(NO_CAMERA))).toBeUndefined();
  });

  it('a phone that leaves for Jumio stays a phone, and ends an hour after its attempt', async () => {
    const { service, id, path } = await atComputer();
    service.clock.stop();
    const phone = await onPhone(service, path);
    await phone.press();
    const cookies = await phone.jar.getCookies(PUBLIC_URL);
    expect(cookies.find(({ key }) => key === '__Host-jumio_handover')?.value).toContain('.phone.');
    await decide(service, id, 'PASSED');
    expect((await phone.get('/jumio/status')).status).toBe(200);
    service.clock.advance(HOUR);
    expect((await phone.get('/jumio/status')).status).toBe(401);
  });

  it('a person at a computer who came by a one-time link may go on with their phone', async () => {
    const service = await testService();
    const { id } = await signedUp(service);
    const computer = openBrowser(service);
    await computer.press(await oneTimePath(service, id));
    const phone = await onPhone(service, addressOn(await computer.get('/jumio/verify')) ?? '');
    expect((await phone.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('a person who left for Jumio and has lost their session gets no address from the cookie of the status page', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    await browser.press();
    browser.session = '';
    const page = await browser.get(NO_CAMERA);
    expect([page.status, addressOn(page)]).toEqual([200, undefined]);
  });
});

describe('an address that does not work', () => {
  const GONE = 'Each link works only once and for a short time. You can still continue from your identity check.';

  it('to open it, however often, spends nothing, and shows nothing of its person', async () => {
    const { service, id, path } = await atComputer();
    for (const _ of [1, 2, 3]) expect((await openBrowser(service).get(path)).body).not.toContain(id);
    await service.app.inject({ method: 'HEAD', url: path });
    await service.app.inject({ url: path, headers: { 'sec-purpose': 'prefetch;prerender' } });
    await onPhone(service, path);
  });

  it('of two phones that press at the same moment one goes on', async () => {
    const { service, path } = await atComputer();
    const phones = [openBrowser(service), openBrowser(service)];
    const pages = await Promise.all(phones.map((phone) => phone.get(path)));
    const pressed = await Promise.all(
      phones.map((phone, index) => phone.post(pages[index]?.fields ?? {}, '/jumio/enter')),
    );
    expect(new Set(pressed.map(({ status }) => status))).toEqual(new Set([303, 410]));
    const opened = await Promise.all(phones.map((phone) => phone.get('/jumio/verify')));
    expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  it.each<[string, (service: TestService, person: Visitor, path: string) => Promise<unknown>]>([
    ['spent', (service, _person, path) => onPhone(service, path)],
    ['expired', async ({ clock }) => clock.advance(10 * MINUTE)],
    ['of an erased person', (service, { id }) => erase(service, id)],
  ])('an address that is %s looks like one that never existed', async (_why, arrange) => {
    const { service, id, browser, path } = await atComputer();
    await arrange(service, { id, browser }, path);
    const never = await openBrowser(service).press(`/jumio/enter?code=${'A'.repeat(22)}`);
    const page = await openBrowser(service).press(path);
    expect([page.status, page.sentence, page.body]).toEqual([410, GONE, never.body]);
  });

  it('an erased person is offered none, and the phone of before knows them no longer', async () => {
    const { service, id, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    await erase(service, id);
    expect((await phone.get('/jumio/verify')).status).toBe(401);
    expect(addressOn(await browser.get('/jumio/verify'))).toBeUndefined();
  });

  it('in a browser where somebody else is signed in it is not spent', async () => {
    const { service, path } = await atComputer();
    const other = openBrowser(service, service.kratos.signIn(randomUUID()));
    expect((await other.press(path)).status).toBe(409);
    await onPhone(service, path);
  });

  it('a person who has been verified meanwhile reads so on the phone, and at the computer is offered no address', async () => {
    const { service, id, browser, path } = await atComputer();
    await decide(service, id, 'PASSED');
    const phone = await onPhone(service, path);
    const page = await phone.get('/jumio/verify');
    expect([page.sentence, page.to]).toEqual(['Thank you. There is nothing else you need to do.', undefined]);
    for (const again of ['/jumio/verify', NO_CAMERA]) expect(addressOn(await browser.get(again))).toBeUndefined();
  });
});

describe('the computer follows the phone', () => {
  it('the computer waits while the person is at work on the phone, with and without scripts, and nobody is asked for it', async () => {
    const { service, id, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    const reads = service.jumio.reads();
    for (const step of [async () => {}, () => phone.press()]) {
      await step();
      const page = await browser.get('/jumio/phone');
      expect([page.status, page.sentence]).toEqual([200, FOLLOWING]);
      expect(page.body).toContain('<noscript><meta http-equiv="refresh" content="5">');
      expect(page.body).toMatch(/<main data-poll="5" data-seen="pending (true|false)" data-follow="\/jumio\/phone">/);
    }
    expect([service.jumio.reads(), (await recordOf(service, id)).identity.readRequests]).toEqual([reads, 0]);
  });

  it('the consent page is not reloaded while it is read: only its script follows', async () => {
    const { browser } = await atComputer();
    const { body } = await browser.get('/jumio/verify');
    expect(body).toMatch(/<main data-seen="false" data-follow="\/jumio\/phone\?unchanged&#61;[\w-]{12}">/);
    expect(body).not.toContain('http-equiv="refresh"');
  });

  it('who has declined before waits at the computer all the same, until the phone says something new', async () => {
    const { service, id, browser } = await atComputer();
    const { fields } = await browser.get('/jumio/verify');
    await browser.post(fields, '/jumio/decline');
    const page = await browser.get('/jumio/verify');
    const phone = await onPhone(service, addressOn(page) ?? '');
    const waits = await browser.get(followOf(page));
    expect([waits.status, waits.sentence]).toEqual([200, FOLLOWING]);
    await phone.press();
    expect((await browser.get(followOf(page))).location).toBe('/jumio/phone');
    expect((await browser.get('/jumio/phone')).sentence).toBe(FOLLOWING);
    await decide(service, id, 'PASSED');
    expect((await browser.get(followOf(waits))).location).toBe('/jumio/status');
  });

  it('who was rejected before waits at the computer, and a second rejection is shown there', async () => {
    const { service, id, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    await phone.press();
    await decide(service, id, 'REJECTED', 'unreadable');
    const page = await browser.get(NO_CAMERA);
    const second = await onPhone(service, addressOn(page) ?? '');
    expect((await browser.get(followOf(page))).sentence).toBe(FOLLOWING);
    await second.press();
    const { location = '' } = await browser.get(followOf(page));
    expect((await browser.get(location)).sentence).toBe(FOLLOWING);
    await decide(service, id, 'REJECTED', 'unreadable');
    expect((await browser.get(location)).location).toBe('/jumio/status');
  });

  it('the address of the following page tells nothing of its person', async () => {
    const { browser, id } = await atComputer();
    const address = followOf(await browser.get('/jumio/verify'));
    for (const word of [id, 'pending', 'declined', 'rejected']) expect(address).not.toContain(word);
  });

  it('a refusal on the phone is shown at the computer', async () => {
    const { service, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    const { fields } = await phone.get('/jumio/verify');
    await phone.post(fields, '/jumio/decline');
    const { location = '' } = await browser.get('/jumio/phone');
    expect((await browser.get(location)).sentence).toMatch(/^Your identity check will not continue/);
  });

  it('a rejection on the phone is shown at the computer, with the way on', async () => {
    const { service, id, browser, path } = await atComputer();
    const phone = await onPhone(service, path);
    await phone.press();
    await decide(service, id, 'REJECTED', 'unreadable');
    const { location = '' } = await browser.get('/jumio/phone');
    expect((await browser.get(location)).action?.text).toBe('Take the photos again');
    // The further attempt is followed as the first one was.
    expect((await phone.press()).location).toBe(service.jumio.latest(id).link);
    expect((await browser.get('/jumio/phone')).sentence).toBe(FOLLOWING);
  });

  it('the following page keeps an allowed return URL, and drops any other', async () => {
    const { browser } = await atComputer();
    const wanted = encodeURIComponent(`${APPLICATION}/account`);
    const kept = await browser.get(`/jumio/phone?return_to=${wanted}`);
    expect(kept.action?.href).toBe(`/jumio/phone?return_to=${wanted}`);
    const dropped = await browser.get('/jumio/phone?return_to=https%3A%2F%2Fevil.example');
    expect(dropped.action?.href).toBe('/jumio/phone');
  });

  it('without a session the following page asks for one', async () => {
    const { service } = await atComputer();
    expect((await openBrowser(service).get('/jumio/phone')).status).toBe(401);
  });
});

it.each(['en', 'de', 'fr', 'es'])(
  'the consent page with its address and all that it loads takes less than 20 kB (%s)',
  async (language) => {
    const { service, browser } = await atComputer();
    browser.language = language;
    const { body } = await browser.get('/jumio/verify');
    const loaded = [...unescapeHtml(body).matchAll(/(?:href|src)="(\/jumio\/[^"]*\?v=[^"]*)"/g)].map(
      ([, url = '']) => url,
    );
    expect(loaded).toHaveLength(3);
    const answers = await Promise.all(loaded.map((url) => service.app.inject(url)));
    const bytes = [body, ...answers.map((answer) => answer.body)].map((text) => Buffer.byteLength(text));
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(20_000);
  },
);
