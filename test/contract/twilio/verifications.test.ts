import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PAYMENT, TO, useTwilio } from './driver.ts';

const twilio = useTwilio();

const objectSchema = z.record(z.string(), z.unknown());

function fixture(name: string): Record<string, unknown> {
  return objectSchema.parse(
    JSON.parse(readFileSync(new URL(`../../fixtures/twilio/${name}.json`, import.meta.url), 'utf8')),
  );
}

/** The type of each member, in the order of names. */
function shapeOf(value: unknown): string[] {
  return Object.entries(objectSchema.parse(value))
    .map(([name, member]) => `${name}: ${member === null ? 'null' : typeof member}`)
    .sort();
}

const failed = (code: number, status: number) => ({ status, json: expect.objectContaining({ code, status }) });

describe('Twilio sandbox: a verification', () => {
  test('a start is 201 in the documented shape, and sends one message with amount and payee', async () => {
    const answer = await twilio.start({ Locale: 'de' });
    expect(answer.status).toBe(201);
    expect(shapeOf(answer.json)).toEqual(shapeOf(fixture('verification')));
    expect(answer.json).toMatchObject({ sid: expect.stringMatching(/^VE[0-9a-f]{32}$/), to: TO, status: 'pending' });
    const [message] = await twilio.messages(TO);
    expect(message).toMatchObject({ to: TO, locale: 'de', code: expect.stringMatching(/^\d{6}$/) });
    for (const part of [message?.code ?? '-', PAYMENT.Amount, PAYMENT.Payee]) expect(message?.text).toContain(part);
    expect(await twilio.messages('+4915200000002')).toEqual([]);
  });

  test('the right code is approved in the documented shape, and is then deleted', async () => {
    const sid = await twilio.started();
    const code = await twilio.lastCode();
    const answer = await twilio.check(code);
    expect(answer).toMatchObject({ status: 200, json: { sid, to: TO, status: 'approved', valid: true } });
    expect(shapeOf(answer.json)).toEqual(shapeOf(fixture('check')));
    expect(await twilio.check(code)).toMatchObject(failed(20404, 404));
    expect(await twilio.api(`/Verifications/${sid}`)).toMatchObject(failed(20404, 404));
  });

  test('a wrong code is a 2xx that is pending, and the right one is approved after it', async () => {
    const sid = await twilio.started();
    expect(await twilio.check(await twilio.wrongCode())).toMatchObject({
      status: 200,
      json: { sid, status: 'pending' },
    });
    expect(await twilio.check(await twilio.lastCode())).toMatchObject({ json: { sid, status: 'approved' } });
  });

  test('a check names the number, or the verification', async () => {
    const sid = await twilio.started();
    const form = { VerificationSid: sid, Code: await twilio.lastCode(), ...PAYMENT };
    expect((await twilio.api('/VerificationCheck', { Code: form.Code, ...PAYMENT })).json).toMatchObject({
      code: 60200,
    });
    expect(await twilio.api('/VerificationCheck', form)).toMatchObject({ json: { sid, status: 'approved' } });
  });

  test('a canceled verification cannot be checked, read or canceled again', async () => {
    const sid = await twilio.started();
    const cancel = () => twilio.api(`/Verifications/${sid}`, { Status: 'canceled' });
    expect(await twilio.api(`/Verifications/${sid}`)).toMatchObject({ status: 200, json: { sid, status: 'pending' } });
    expect(await twilio.api(`/Verifications/${sid}`, { Status: 'gone' })).toMatchObject(failed(60200, 400));
    expect(await cancel()).toMatchObject({ status: 200, json: { sid, status: 'canceled' } });
    expect(await cancel()).toMatchObject(failed(20404, 404));
    expect(await twilio.check(await twilio.lastCode())).toMatchObject(failed(20404, 404));
  });
});

describe('Twilio sandbox: one code for one number, amount and payee', () => {
  test('a second start sends the same code with the same id', async () => {
    const sids = [await twilio.started(), await twilio.started()];
    expect(new Set(sids).size).toBe(1);
    const codes = (await twilio.messages()).map(({ code }) => code);
    expect(codes).toHaveLength(2);
    expect(new Set(codes).size).toBe(1);
  });

  test.each([
    ['number', { To: '+4915200000002' }],
    ['amount', { Amount: '50.01 EUR' }],
    ['payee', { Payee: 'John Doe DE..8603 #4F7L' }],
  ])('another %s has a verification of its own', async (_what, more) => {
    expect(await twilio.started(more)).not.toBe(await twilio.started());
  });

  test('after ten minutes, or once it was used, there is a new one', async () => {
    const first = await twilio.started();
    const code = await twilio.lastCode();
    await twilio.advance(599);
    expect(await twilio.started()).toBe(first);
    await twilio.advance(1);
    expect(await twilio.check(code)).toMatchObject(failed(20404, 404));
    const second = await twilio.started();
    expect(second).not.toBe(first);
    await twilio.check(await twilio.lastCode());
    expect(await twilio.started()).not.toBe(second);
  });
});

describe('Twilio sandbox: limits', () => {
  test('the sixth start is 60203 and sends nothing; it works again after ten minutes', async () => {
    for (let n = 0; n < 5; n += 1) expect((await twilio.start()).status).toBe(201);
    expect(await twilio.start()).toMatchObject(failed(60203, 429));
    expect(await twilio.messages()).toHaveLength(5);
    await twilio.advance(600);
    expect((await twilio.start()).status).toBe(201);
  });

  test('after five wrong codes a check is 60202, with the right code too', async () => {
    await twilio.started();
    const wrong = await twilio.wrongCode();
    for (let n = 0; n < 5; n += 1) expect((await twilio.check(wrong)).json).toMatchObject({ status: 'pending' });
    expect(await twilio.check(await twilio.lastCode())).toMatchObject(failed(60202, 429));
  });
});

describe('Twilio sandbox: requests that are refused', () => {
  test.each([
    ['no amount', { Amount: '' }, 60206],
    ['no payee', { Payee: '' }, 60206],
    ['a call', { Channel: 'call' }, 60214],
    ['another channel', { Channel: 'whatsapp' }, 60200],
    ['a number that is none', { To: '0152 0000' }, 60200],
  ])('a start with %s is %j with code %i, and sends nothing', async (_what, more, code) => {
    expect(await twilio.start(more)).toMatchObject(failed(code, 400));
    expect(await twilio.messages()).toEqual([]);
  });

  test('a check without amount or payee is 60206, and of a text that is no code 60200', async () => {
    await twilio.started();
    const code = await twilio.lastCode();
    expect(await twilio.check(code, { Amount: '' })).toMatchObject(failed(60206, 400));
    expect(await twilio.check(code, { Payee: '' })).toMatchObject(failed(60206, 400));
    expect(await twilio.check('12345x')).toMatchObject(failed(60200, 400));
    expect(await twilio.check(code)).toMatchObject({ json: { status: 'approved' } });
  });

  test('an error has the documented shape', async () => {
    const { json } = await twilio.check('000000');
    expect(shapeOf(json)).toEqual(shapeOf(fixture('error')));
  });
});
