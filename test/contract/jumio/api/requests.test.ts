import { describe, expect, test } from 'vitest';
import { type Answered, request, useSandbox } from '../driver.ts';

const jumio = useSandbox();

function post(more: object): Promise<Answered> {
  return jumio.api('POST', '/api/v1/accounts', request(more));
}

async function expectRefused(more: object, field: string): Promise<void> {
  const { status, json } = await post(more);
  expect(status).toBe(400);
  expect(json).toMatchObject({ title: 'Bad Request', status: 400, detail: expect.stringMatching(`^${field}: `) });
}

describe('Jumio sandbox: references of an account', () => {
  test.each('< > " / ; ` % { } |'.split(' '))('customerInternalReference with %s is 400', async (character) => {
    await expectRefused({ customerInternalReference: `a${character}b` }, 'customerInternalReference');
  });

  test('a reference is 400 outside of 1 to 100 characters, and the error does not repeat its value', async () => {
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

  test('userReference has no forbidden characters, and customerInternalReference may be a number', async () => {
    const { executionId } = await jumio.create({ userReference: 't=1,v1=<">/;%', customerInternalReference: 4711 });
    expect(await jumio.details(executionId)).toMatchObject({
      workflow: { userReference: 't=1,v1=<">/;%', customerInternalReference: '4711' },
    });
  });
});

describe('Jumio sandbox: tokenLifetime', () => {
  test.each(['300s', '5m', '30m', '24h', '60d', '+1d'])('tokenLifetime %s is accepted', async (tokenLifetime) => {
    expect((await post({ tokenLifetime })).status).toBe(200);
  });

  test.each(['299s', '4m', '61d', '1441h', '-30m', '30', '30 m', '1w', '', 30])(
    'tokenLifetime %s is 400',
    async (tokenLifetime) => {
      await expectRefused({ tokenLifetime }, 'tokenLifetime');
    },
  );
});

describe('Jumio sandbox: URLs of an account', () => {
  test.each([
    ['no valid syntax', 'not a url'],
    ['another scheme', 'ftp://a.example/x'],
    ['a fragment', 'https://a.example/x#y'],
    ['credentials', 'https://u:p@a.example/x'],
    ['256 characters', `https://a.example/${'x'.repeat(238)}`],
    ['a parameter that Jumio itself appends', 'https://a.example/x?acquisitionStatus=SUCCESS'],
  ])('a URL with %s is always 400', async (_what, url) => {
    await expectRefused({ callbackUrl: url }, 'callbackUrl');
    await expectRefused({ web: { successUrl: url } }, 'web.successUrl');
    await expectRefused({ web: { errorUrl: url } }, 'web.errorUrl');
  });

  test.each([
    ['http', 'http://a.example/x'],
    ['a port', 'https://a.example:8443/x'],
    ['the default port', 'https://a.example:443/x'],
    ['an IPv4 address', 'https://127.0.0.1/x'],
    ['an IPv6 address', 'https://[::1]/x'],
    ['non-ASCII characters', 'https://a.example/ü'],
  ])('a URL with %s is 400 unless local URLs are allowed, as by default', async (_what, callbackUrl) => {
    expect((await post({ callbackUrl })).status).toBe(200);
    await jumio.control('settings', { relaxedLocalUrls: false });
    await expectRefused({ callbackUrl }, 'callbackUrl');
  });

  test('a public URL with a query and 255 characters is accepted', async () => {
    await jumio.control('settings', { relaxedLocalUrls: false });
    const callbackUrl = 'https://a.example/callback?tenant=1&x=';
    expect((await post({ callbackUrl: callbackUrl.padEnd(255, 'x') })).status).toBe(200);
  });
});

describe('Jumio sandbox: userConsent', () => {
  const consent = { obtained: 'yes', obtainedAt: '2026-01-05T09:30:00.000Z' };

  test('userConsent needs a userLocation, a state in the USA, and the time of an obtained consent', async () => {
    const refused = (userConsent: object, field: string) => expectRefused({ userConsent }, `userConsent.${field}`);
    await refused({ consent }, 'userLocation');
    await refused({ userLocation: { country: 'AT' } }, 'userLocation.country');
    await refused({ userLocation: { country: 'USA' } }, 'userLocation.state');
    await refused({ userLocation: { country: 'AUT' }, consent: { obtained: 'yes' } }, 'consent.obtainedAt');
    const userConsent = { userIp: '203.0.113.7', userLocation: { country: 'USA', state: 'CA' }, consent };
    expect((await post({ userConsent })).status).toBe(200);
  });
});

describe('Jumio sandbox: invalid requests', () => {
  test.each([
    ['invalid JSON', '{'],
    ['null', 'null'],
    ['an array', '[]'],
    ['an empty body', ''],
  ])('a create request with %s is 400', async (_what, body) => {
    const headers = { authorization: `Bearer ${await jumio.token()}` };
    expect((await jumio.send('POST', '/api/v1/accounts', body, headers)).status).toBe(400);
  });

  test('another content type is 415, an invalid locale 400', async () => {
    const headers = { authorization: `Bearer ${await jumio.token()}`, 'content-type': 'text/plain' };
    expect((await jumio.send('POST', '/api/v1/accounts', '{}', headers)).status).toBe(415);
    await expectRefused({ web: { locale: 'de_AT' } }, 'web.locale');
  });
});
