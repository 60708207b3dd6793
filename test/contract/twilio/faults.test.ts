import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../sandbox/twilio/settings.ts';
import { basic, SERVICE, TO, useTwilio } from './driver.ts';

const twilio = useTwilio();

const OTHER = '+4915200000002';

describe('Twilio sandbox: credentials', () => {
  test.each([
    ['no credentials', {}],
    ['another secret', { authorization: basic(DEFAULT_SETTINGS.apiKey, 'another') }],
    ['another key', { authorization: basic('SK00', DEFAULT_SETTINGS.apiSecret) }],
    ['another scheme', { authorization: `Bearer ${DEFAULT_SETTINGS.apiSecret}` }],
  ])('every call with %s is 401 with code 20003', async (_what, headers) => {
    const form = { To: TO, Channel: 'sms' };
    const answers = [
      await twilio.api('/Verifications', form, headers),
      await twilio.api('/VerificationCheck', form, headers),
      await twilio.api('', undefined, headers),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 401, json: { code: 20003 } });
    expect(await twilio.messages()).toEqual([]);
  });

  test('another service and an unknown path are 404 with code 20404', async () => {
    const authorization = basic(DEFAULT_SETTINGS.apiKey, DEFAULT_SETTINGS.apiSecret);
    for (const path of [SERVICE.replace(/.$/, 'e'), `${SERVICE}/Elsewhere`])
      expect(await twilio.send('GET', path, undefined, { authorization })).toMatchObject({
        status: 404,
        json: { code: 20404 },
      });
  });
});

describe('Twilio sandbox: faults', () => {
  test.each([
    [401, 401, 20003],
    [503, 503, 50300],
    [20429, 429, 20429],
    [60212, 429, 60212],
    [60410, 403, 60410],
  ])(
    'a start with the fault %i is %i with code %i, sends nothing, and the next one works',
    async (fault, status, code) => {
      await twilio.control('faults', { kind: 'start', fault });
      expect(await twilio.start()).toMatchObject({ status, json: { code, status } });
      expect(await twilio.messages()).toEqual([]);
      expect((await twilio.start()).status).toBe(201);
    },
  );

  test('a fault counts down, and is for one kind and one number only', async () => {
    await twilio.control('faults', { kind: 'start', fault: 500, count: 2, to: TO });
    expect((await twilio.start({ To: OTHER })).status).toBe(201);
    expect((await twilio.check('000000')).status).toBe(404);
    expect([(await twilio.start()).status, (await twilio.start()).status, (await twilio.start()).status]).toEqual([
      500, 500, 201,
    ]);
  });

  test('reset is no answer; executed-then-reset is none either, but the code was sent', async () => {
    await twilio.control('faults', { kind: 'start', fault: 'reset' });
    await expect(twilio.start()).rejects.toThrow();
    expect(await twilio.messages()).toEqual([]);
    await twilio.control('faults', { kind: 'any', fault: 'executed-then-reset' });
    await expect(twilio.start()).rejects.toThrow();
    expect(await twilio.messages()).toHaveLength(1);
    expect((await twilio.calls()).map(({ status }) => status)).toEqual([null, null]);
  });

  test('a slow answer is executed and comes after its time', async () => {
    await twilio.control('faults', { kind: 'start', fault: 'slow', milliseconds: 300 });
    const began = performance.now();
    expect((await twilio.start()).status).toBe(201);
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  test('an answer in HTML is a 200', async () => {
    await twilio.control('faults', { kind: 'check', fault: 'html' });
    const { status, headers, text } = await twilio.check('000000');
    expect([status, headers.get('content-type'), text]).toEqual([
      200,
      expect.stringContaining('text/html'),
      expect.stringContaining('<h1>'),
    ]);
  });
});
