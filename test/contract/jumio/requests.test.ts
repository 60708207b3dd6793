import { describe, expect, test } from 'vitest';
import { type Answered, request, useSandbox } from './driver.ts';

const jumio = useSandbox();

function post(more: object): Promise<Answered> {
  return jumio.api('POST', '/api/v1/accounts', request(more));
}

async function expectRefused(more: object, field: string): Promise<void> {
  const { status, json } = await post(more);
  expect(status).toBe(400);
  expect(json).toMatchObject({ title: 'Bad Request', status: 400, detail: expect.stringMatching(`^${field}: `) });
}

describe('accounts: references are validated', () => {
  test.each('< > " / ; ` % { } |'.split(' '))('customerInternalReference with %s is 400', async (character) => {
    await expectRefused({ customerInternalReference: `a${character}b` }, 'customerInternalReference');
  });

  test('lengths: 1 to 100 both, and nothing repeats a value', async () => {
    const long = 'x'.repeat(101);
    await expectRefused({ customerInternalReference: long }, 'customerInternalReference');
    await expectRefused({ customerInternalReference: '' }, 'customerInternalReference');
    await expectRefused({ customerInternalReference: undefined }, 'customerInternalReference');
    await expectRefused({ userReference: long }, 'userReference');
    await expectRefused({ userReference: '' }, 'userReference');
    expect((await post({ userReference: long })).text).not.toContain('xx');
    expect((await post({ customerInternalReference: 'x'.repeat(100), userReference: 'y'.repeat(100) })).status).toBe(
      200,
    );
  });

  test('userReference has no forbidden characters, a bare number is a customerInternalReference', async () => {
    const { executionId } = await jumio.create({ userReference: 't=1,v1=<">/;%', customerInternalReference: 4711 });
    expect(await jumio.details(executionId)).toMatchObject({
      workflow: { userReference: 't=1,v1=<">/;%', customerInternalReference: '4711' },
    });
  });
});

describe('accounts: tokenLifetime has a grammar and goes from 5m to 60d', () => {
  test.each(['300s', '5m', '30m', '24h', '60d', '+1d'])('%s is taken', async (tokenLifetime) => {
    expect((await post({ tokenLifetime })).status).toBe(200);
  });

  test.each(['299s', '4m', '61d', '1441h', '-30m', '30', '30 m', '1w', '', 30])('%s is 400', async (tokenLifetime) => {
    await expectRefused({ tokenLifetime }, 'tokenLifetime');
  });
});

describe('accounts: URL rules', () => {
  test.each([
    ['no URL', 'not a url'],
    ['another scheme', 'ftp://a.example/x'],
    ['a fragment', 'https://a.example/x#y'],
    ['login data', 'https://u:p@a.example/x'],
    ['256 characters', `https://a.example/${'x'.repeat(238)}`],
    ['a name Jumio itself appends', 'https://a.example/x?acquisitionStatus=SUCCESS'],
  ])('%s is always 400', async (_what, url) => {
    await expectRefused({ callbackUrl: url }, 'callbackUrl');
    await expectRefused({ web: { successUrl: url } }, 'web.successUrl');
    await expectRefused({ web: { errorUrl: url } }, 'web.errorUrl');
  });

  test.each([
    ['http', 'http://a.example/x'],
    ['a port', 'https://a.example:8443/x'],
    ['the port that is the usual one', 'https://a.example:443/x'],
    ['an IPv4 address', 'https://127.0.0.1/x'],
    ['an IPv6 address', 'https://[::1]/x'],
    ['no ASCII', 'https://a.example/ü'],
  ])('%s is 400 unless local URLs are relaxed, as they are by default', async (_what, callbackUrl) => {
    expect((await post({ callbackUrl })).status).toBe(200);
    await jumio.control('settings', { relaxedLocalUrls: false });
    await expectRefused({ callbackUrl }, 'callbackUrl');
  });

  test('a public URL, with a query and 255 characters, is taken', async () => {
    await jumio.control('settings', { relaxedLocalUrls: false });
    const callbackUrl = 'https://a.example/callback?tenant=1&x=';
    expect((await post({ callbackUrl: callbackUrl.padEnd(255, 'x') })).status).toBe(200);
  });
});

describe('accounts: userConsent needs a userLocation', () => {
  const consent = { obtained: 'yes', obtainedAt: '2026-01-05T09:30:00.000Z' };

  test('with a state in the USA, and the time of a consent that was obtained', async () => {
    const refused = (userConsent: object, field: string) => expectRefused({ userConsent }, `userConsent.${field}`);
    await refused({ consent }, 'userLocation');
    await refused({ userLocation: { country: 'AT' } }, 'userLocation.country');
    await refused({ userLocation: { country: 'USA' } }, 'userLocation.state');
    await refused({ userLocation: { country: 'AUT' }, consent: { obtained: 'yes' } }, 'consent.obtainedAt');
    const userConsent = { userIp: '203.0.113.7', userLocation: { country: 'USA', state: 'CA' }, consent };
    expect((await post({ userConsent })).status).toBe(200);
  });
});

describe('accounts: what is no request', () => {
  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['an array', '[]'],
    ['nothing', ''],
  ])('%s is 400', async (_what, body) => {
    const headers = { authorization: `Bearer ${await jumio.token()}` };
    expect((await jumio.send('POST', '/api/v1/accounts', body, headers)).status).toBe(400);
  });

  test('another content type is 415, a locale that is none 400', async () => {
    const headers = { authorization: `Bearer ${await jumio.token()}`, 'content-type': 'text/plain' };
    expect((await jumio.send('POST', '/api/v1/accounts', '{}', headers)).status).toBe(415);
    await expectRefused({ web: { locale: 'de_AT' } }, 'web.locale');
  });
});
