import { describe, expect, test } from 'vitest';
import { PAYMENT, TO, useTwilio } from './driver.ts';

const twilio = useTwilio();

const OTHER = { Amount: '5000.00 EUR' };

describe('Twilio sandbox: what Twilio does not document, both ways', () => {
  test('the right code with another amount is pending, and counts', async () => {
    const sid = await twilio.started();
    const code = await twilio.lastCode();
    for (let n = 0; n < 5; n += 1)
      expect(await twilio.check(code, OTHER)).toMatchObject({ status: 200, json: { sid, status: 'pending' } });
    expect(await twilio.check(code)).toMatchObject({ json: { code: 60202 } });
  });

  test('the right code with another amount is 404, and does not count', async () => {
    await twilio.control('settings', { mismatch: 'not-found' });
    await twilio.started();
    const code = await twilio.lastCode();
    for (let n = 0; n < 5; n += 1)
      expect(await twilio.check(code, OTHER)).toMatchObject({ status: 404, json: { code: 20404 } });
    expect(await twilio.check(code)).toMatchObject({ json: { status: 'approved' } });
  });

  test.each([
    ['null', { amount: null, payee: null }],
    ['echo', { amount: PAYMENT.Amount, payee: PAYMENT.Payee }],
  ])('amount and payee of the answers are as the switch says: %s', async (shownDetails, expected) => {
    await twilio.control('settings', { shownDetails });
    expect((await twilio.start()).json).toMatchObject(expected);
    expect((await twilio.check(await twilio.lastCode())).json).toMatchObject({ status: 'approved', ...expected });
  });

  test.each([200, 201])('a check is %i', async (checkStatus) => {
    await twilio.control('settings', { checkStatus });
    await twilio.started();
    expect((await twilio.check(await twilio.wrongCode())).status).toBe(checkStatus);
    expect((await twilio.check(await twilio.lastCode())).status).toBe(checkStatus);
  });

  test('without PSD2 mode amounts are ignored: one code approves any of them', async () => {
    await twilio.control('settings', { psd2Enabled: false, shownDetails: 'echo' });
    const sid = await twilio.started();
    expect(await twilio.started(OTHER)).toBe(sid);
    expect((await twilio.messages(TO)).at(-1)?.text).not.toContain('EUR');
    const answer = await twilio.check(await twilio.lastCode(), OTHER);
    expect(answer.json).toMatchObject({ sid, status: 'approved', amount: null, payee: null });
  });

  test('without PSD2 mode amounts are refused with 60204', async () => {
    await twilio.control('settings', { psd2Enabled: false, amountWithoutPsd2: 'refuse' });
    expect(await twilio.start()).toMatchObject({ status: 400, json: { code: 60204 } });
    expect(await twilio.api('/Verifications', { To: TO, Channel: 'sms' })).toMatchObject({ status: 201 });
    expect(await twilio.check(await twilio.lastCode())).toMatchObject({ status: 400, json: { code: 60204 } });
  });

  test('the service says whether PSD2 mode is on, and how long a code is', async () => {
    expect(await twilio.api('')).toMatchObject({ status: 200, json: { psd2_enabled: true, code_length: 6 } });
    await twilio.control('settings', { psd2Enabled: false, codeLength: 4 });
    expect(await twilio.api('')).toMatchObject({ status: 200, json: { psd2_enabled: false, code_length: 4 } });
    await twilio.started();
    expect(await twilio.lastCode()).toMatch(/^\d{4}$/);
  });
});
