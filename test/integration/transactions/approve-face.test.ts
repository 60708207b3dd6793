import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openBrowser } from '../../support/clients/browser.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { eventually, passTime, withShortWaits } from '../../support/service/eventually.ts';
import { MINUTE, SECOND } from '../../support/service/shifted-clock.ts';
import { BANK, PAYMENT } from '../../support/transactions/bank.ts';
import { CODE } from '../../support/transactions/fake-twilio.ts';
import { tokenIn } from '../../support/transactions/payer.ts';
import { type PayerAtJumio, payerAtJumio } from '../../support/transactions/payer-at-jumio.ts';

const idOf = (path: string): string => path.slice('/approve/'.length);

const back = (path: string): string => `${BANK.redirectUri}?transaction=${idOf(path)}`;

/** Waits until the page of a payment says something. */
function untilPage({ browser }: PayerAtJumio, path: string, text: string) {
  return eventually(async () => {
    const page = await browser.get(path);
    expect(page.body).toContain(text);
    return page;
  });
}

const kindsOf = async ({ ctx, payer }: PayerAtJumio) => (await ctx.ledger.events(payer)).map(({ kind }) => kind);

/** A payment whose comparison Jumio takes its time for: the payer is back, and the page waits. */
async function waiting() {
  const world = await payerAtJumio();
  const path = await world.pay();
  const link = await world.toJumio(path);
  await world.control.post('settings', { processingSeconds: 600 });
  const returned = await world.finish(link, { outcome: 'pass' });
  return { world, path, returned, link };
}

describe('approving with the face at the page', () => {
  it('one press leads to Jumio, the page waits for the result, and the payer goes back to the application', async () => {
    const { world, path, returned, link } = await waiting();
    expect(new URL(link).pathname).toBe('/web/client');
    const cleaned = await world.browser.get(returned);
    expect(cleaned).toMatchObject({
      status: 303,
      location: expect.stringMatching(`^${path}\\?acquisitionStatus=SUCCESS`),
    });
    const page = await world.browser.get(cleaned.location ?? '');
    expect(page.body).toContain('Jumio is comparing your face. This page updates by itself.');
    expect(page.body).toMatch(/<main data-reload="5" data-seen="started vendor">\n<svg class="icon waiting"/);
    expect(page.body).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
    expect(page.action).toMatchObject({ kind: 'link', text: 'Check for the result', href: cleaned.location });
    expect(page.body).toContain('50.00');
    expect(page.body).not.toMatch(/value="face"|cannot be used right now|web\/client/);
    expect(page.body).toMatch(/Other ways to approve[\s\S]*value="sms"[\s\S]*value="decline"/);

    expect(await world.status(path)).toBe('open');
    await world.control.advance(600);
    const over = await untilPage(world, path, 'The payment is approved');
    expect(unescapeHtml(over.body)).toContain(`<main data-onwards="${back(path)}" data-moment="3">`);
    expect(unescapeHtml(over.body)).toContain(`<meta http-equiv="refresh" content="3; url=${back(path)}">`);
    expect(over.body).toContain('We will take you back in a few seconds.');
    expect(over.body).not.toContain('<form');

    const { approval } = (await world.consume(idOf(path), 'key')).json();
    expect(JSON.parse(Buffer.from(approval.split('.')[1], 'base64url').toString())).toMatchObject({
      sub: world.payer,
      sid: 'session-0',
      amr: ['pwd', 'face', 'mfa'],
      authorization_details: [PAYMENT],
    });
    expect((await world.browser.get(path)).body).not.toContain('data-onwards');
  });

  it('the page of an offer says who compares, and loading it asks Jumio for nothing', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const { body } = await world.browser.get(path);
    expect(body).toMatch(/Jumio compares your face[^<]*you agree to that\.<\/p><button>Approve with your face</);
    expect(body.indexOf('value="face"')).toBeLessThan(body.indexOf('value="sms"'));
    expect(body).not.toContain('data-reload');
    expect(await world.comparisons()).toEqual([]);
    const [execution] = await world.control.executionsOf(world.payer);
    await world.toJumio(path);
    expect(await world.comparisons()).toMatchObject([{ accountId: execution?.accountId }]);
  });

  it('a press that finds no link in time leads to the page, which shows the way on once it is there', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    world.waits.visitMs = 0;
    expect(await world.press(path, 'face')).toMatchObject({ status: 303, location: path });
    const page = await untilPage(world, path, 'The face check is ready.');
    expect(page.action).toMatchObject({ kind: 'link', text: 'Continue to the face check' });
  });

  it('while Jumio has not answered the page waits', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    await world.worker.stop();
    const pressed = await withShortWaits(world, () => world.press(path, 'face'));
    expect(pressed).toMatchObject({ status: 303, location: path });
    const page = await world.browser.get(path);
    expect(page.body).toContain('We are preparing the face check.');
    expect(page.body).toContain('data-seen="requested vendor"');
    expect(page.action).toMatchObject({ kind: 'link', href: path });
  });

  it('a page that was opened again leads on to the same comparison, and a second press begins no other', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const link = await world.toJumio(path);
    const page = await world.browser.get(path);
    expect(page.action).toEqual({ kind: 'link', text: 'Continue to the face check', href: link });
    expect(page.body).toContain('data-seen="started payer"');
    expect(page.body).toContain('<svg class="icon open"');
    const fields = { _csrf: tokenIn(page), act: 'face' };
    expect(await world.browser.post(fields, path)).toMatchObject({ status: 303, location: link });
    expect(await world.comparisons()).toHaveLength(1);
  });

  it('what Jumio could not finish is a hint, and the way on stays', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const link = await world.toJumio(path);
    const returned = await world.finish(link, { outcome: 'error', errorCode: '9820' });
    const cleaned = await world.browser.get(returned);
    expect(cleaned.location).toBe(`${path}?errorCode=9820`);
    const page = await world.browser.get(`${path}?errorCode=9820`);
    expect(page.body).toContain('No camera was found.');
    expect((await world.browser.get(`${await world.pay()}?errorCode=9820`)).body).not.toContain('No camera');
  });

  it('the page that waits, with all that it loads, is below 20 kB', async () => {
    const { world, path } = await waiting();
    const { body } = await world.browser.get(path);
    const urls = [...body.matchAll(/(?:href|src)="(\/jumio\/[^"?]+)/g)].map(([, url = '']) => url);
    expect(urls).toContain('/jumio/page.js');
    const files = await Promise.all(urls.map((url) => world.app.inject(url)));
    expect(files.reduce((sum, { rawPayload }) => sum + rawPayload.length, body.length)).toBeLessThan(20_000);
  });
});

describe('how a comparison went, on the page', () => {
  it.each(['warn', 'reject'])(
    'after %s: it did not work, nobody says why, and the face is offered again',
    async (outcome) => {
      const world = await payerAtJumio();
      const path = await world.pay();
      await world.finish(await world.toJumio(path), { outcome });
      const page = await untilPage(world, path, 'That did not work. The payment is not approved.');
      expect(page.body).toContain('value="face"');
      expect(page.body).not.toContain('data-reload');
      expect(await world.ctx.ledger.transactions.payer(world.payer)).toMatchObject({ failures: 1 });
      expect(await world.status(path)).toBe('open');
      await world.press(path, 'sms');
      expect((await world.browser.get(path)).body).not.toContain('That did not work.');
    },
  );

  it('the fifth failure in a row blocks, and the page says until when', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    for (let n = 0; n < 4; n += 1) await world.answer(idOf(path), 'wrong');
    const link = await world.toJumio(path);
    expect((await world.browser.get(path)).body).toContain('If the next try fails as well');
    await world.finish(link, { outcome: 'reject' });
    const page = await untilPage(world, path, 'The payment was not approved');
    expect(page.body).toContain('Too many attempts have failed. You can approve payments again from');
    expect(page.body).toContain('Back to Demo Bank');
    expect(page.body).not.toContain('data-onwards');
    expect(await kindsOf(world)).toContain('txn_blocked');
  });

  it('a link that nobody used is over: nothing is counted, and the face is offered again', async () => {
    const world = await payerAtJumio();
    const path = await world.pay({ expires_in: 3_600 });
    await world.toJumio(path);
    world.kratos.authentications.set(world.payer, {
      methods: [{ method: 'password', completedAt: world.clock.now() + 5 * MINUTE }],
    });
    await world.passBoth(5 * MINUTE + SECOND);
    const page = await untilPage(world, path, 'The face check was not completed in time. The payment is not approved.');
    expect(page.body).toContain('value="face"');
    expect(await world.ctx.ledger.transactions.payer(world.payer)).toBeUndefined();
  });

  it('a link whose time is over is not shown, also before Jumio says so', async () => {
    const world = await payerAtJumio();
    const path = await world.pay({ expires_in: 3_600 });
    const link = await world.toJumio(path);
    await world.control.fault({ kind: 'status', fault: 503, count: 100 });
    passTime(world, 5 * MINUTE + SECOND);
    const page = await world.browser.get(path);
    expect(page.body).toContain('data-seen="started vendor"');
    expect(unescapeHtml(page.body)).not.toContain(link);
  });

  it('a Jumio that refuses ends the comparison, uncounted, and the other way stays', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    await world.control.fault({ kind: 'update', fault: 400 });
    expect(await world.press(path, 'face')).toMatchObject({ status: 303, location: path });
    const page = await untilPage(world, path, 'This way to approve cannot be used right now. Please use another one.');
    expect(page.body).toContain('value="sms"');
    expect(await world.ctx.ledger.transactions.payer(world.payer)).toBeUndefined();
    await world.press(path, 'sms');
    expect(await world.press(path, 'code', { code: CODE })).toMatchObject({ location: back(path) });
  });

  it('after three comparisons the page says so, and offers the other way', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    for (let n = 0; n < 3; n += 1) {
      await world.finish(await world.toJumio(path), { outcome: 'reject' });
      await untilPage(world, path, 'That did not work.');
    }
    const { body } = await world.browser.get(path);
    expect(body).toContain('One way to approve cannot be used right now.');
    expect(body).not.toContain('value="face"');
    expect(body).toContain('value="sms"');
    const fields = { _csrf: tokenIn(await world.browser.get(path)), act: 'face' };
    expect(await world.browser.post(fields, path)).toMatchObject({ location: path });
    expect(await world.comparisons()).toHaveLength(3);
  });

  it('a lost callback delays the page, and loses nothing', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const link = await world.toJumio(path);
    await world.control.fault({ kind: 'callback', fault: 'lose' });
    await world.finish(link, { outcome: 'pass' });
    expect((await world.browser.get(path)).body).toContain('data-reload');
    passTime(world, 16 * SECOND);
    await untilPage(world, path, 'The payment is approved');
  });

  it('a face that passes after the payer has declined changes nothing', async () => {
    const { world, path } = await waiting();
    expect(await world.press(path, 'decline')).toMatchObject({ location: back(path) });
    await world.control.advance(600);
    await eventually(async () => expect(await kindsOf(world)).toContain('txn_late'));
    expect(await world.status(path)).toBe('declined');
    expect((await world.browser.get(path)).body).toContain('You have declined the payment');
  });

  it('another factor takes the place of the comparison, and its face approves nothing later', async () => {
    const { world, path } = await waiting();
    await world.press(path, 'sms');
    expect((await world.browser.get(path)).body).not.toContain('data-reload');
    await world.control.advance(600);
    await eventually(async () => expect(await kindsOf(world)).toContain('txn_late'));
    expect(await world.status(path)).toBe('open');
    expect(await world.press(path, 'code', { code: CODE })).toMatchObject({ location: back(path) });
  });
});

describe('who is offered a face', () => {
  it('without a face of reference the page says what it takes, and offers the other way', async () => {
    const world = await payerAtJumio({ isApproved: false });
    const path = await world.pay();
    const page = await world.browser.get(path);
    expect(page.body).toContain('your account needs a password and a completed identity check.');
    expect(page.body).not.toContain('value="face"');
    const fields = { _csrf: tokenIn(page), act: 'face' };
    expect(await world.browser.post(fields, path)).toMatchObject({ location: path });
    expect(await world.control.calls()).toEqual([]);
    await world.press(path, 'sms');
    expect(await world.press(path, 'code', { code: CODE })).toMatchObject({ location: back(path) });
  });

  it('a password that is too old begins no comparison, and one that grows too old at Jumio is good', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    world.clock.advance(4 * MINUTE);
    const link = await world.toJumio(path);
    world.clock.advance(2 * MINUTE);
    expect((await world.browser.get(path)).action).toMatchObject({ href: link });
    await world.finish(link, { outcome: 'pass' });
    await untilPage(world, path, 'The payment is approved');
    const next = await world.pay();
    const page = await world.browser.get(next);
    expect(page.body).not.toContain('value="face"');
    await world.browser.post({ _csrf: tokenIn(page), act: 'face' }, next);
    expect(await world.comparisons()).toHaveLength(1);
  });

  it('somebody else who is signed in on the way back sees nothing of the payment', async () => {
    const { world, path, returned } = await waiting();
    const other = openBrowser(world, world.kratos.signIn(randomUUID()));
    const cleaned = await other.get(returned);
    expect(cleaned.status).toBe(303);
    const page = await other.get(cleaned.location ?? '');
    expect(page.status).toBe(404);
    expect(page.body).not.toMatch(/canary-of|50\.00|data-reload/);
    expect((await other.get(path)).status).toBe(404);
  });

  it('another session of the payer does not see the link, and a stranger’s form begins nothing', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const link = await world.toJumio(path);
    const second = openBrowser(world, world.kratos.signIn(world.payer));
    const page = await second.get(path);
    expect(unescapeHtml(page.body)).not.toContain(link);
    expect(page.body).toContain('value="face"');
    expect((await world.browser.post({ _csrf: 'x', act: 'face' }, path)).status).toBe(403);
    expect(await world.comparisons()).toHaveLength(1);
  });

  it('neither the payment nor the link nor what Jumio adds to the address is in a log line', async () => {
    const { world, path, returned, link } = await waiting();
    await world.browser.get((await world.browser.get(returned)).location ?? '');
    await world.control.advance(600);
    await untilPage(world, path, 'The payment is approved');
    const [comparison] = await world.comparisons();
    const text = world.logs.text();
    expect(text.length).toBeGreaterThan(100);
    const token = new URL(link).searchParams.get('authorizationToken');
    for (const secret of [
      token,
      comparison?.id,
      comparison?.accountId,
      PAYMENT.creditorName,
      '50.00',
      'acquisitionStatus',
    ])
      expect(text).not.toContain(secret);
  });
});
