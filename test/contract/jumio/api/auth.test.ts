import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../../support/service/eventually.ts';
import { type Answered, basic, request, useSandbox } from '../driver.ts';

const jumio = useSandbox();

const claimsSchema = z.object({ iat: z.number(), exp: z.number() });

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function claimsOf(token: string): z.infer<typeof claimsSchema> {
  return claimsSchema.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
}

/** A create request without User-Agent; fetch always sends one. */
function createWithoutAgent(token: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL('/api/v1/accounts', jumio.url()), { method: 'POST', headers, agent: false });
    outgoing.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    outgoing.end(JSON.stringify(request()));
  });
}

async function create(token: string): Promise<number> {
  return (await jumio.send('POST', '/api/v1/accounts', request(), { authorization: `Bearer ${token}` })).status;
}

describe('Jumio sandbox: the token request', () => {
  test('a token is a JWT that is valid for 3600 s', async () => {
    const answer = await jumio.fetchToken();
    expect(answer.json).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
    const { iat, exp } = claimsOf(await jumio.token());
    expect(exp - iat).toBe(3600);
    expect(Math.abs(iat * 1000 - Date.now())).toBeLessThan(60_000);
  });

  test('wrong client credentials are 401, another grant or content type is 400', async () => {
    const ask = (headers: Record<string, string>, body = 'grant_type=client_credentials') =>
      jumio.send('POST', '/oauth2/token', body, { ...FORM, ...headers });
    const authorization = basic('sandbox', 'sandbox-secret');
    expect((await ask({ authorization: basic('sandbox', 'sandbox-secreT') })).status).toBe(401);
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization }, 'grant_type=password')).status).toBe(400);
    expect((await ask({ authorization, 'content-type': 'application/json' })).status).toBe(400);
  });
});

describe('Jumio sandbox: reuse of a token', () => {
  test('a token is returned again until near its expiry, then a new one while the first stays valid', async () => {
    await jumio.send('DELETE', '/sandbox/tokens');
    const first = await jumio.token();
    expect(await jumio.token()).toBe(first);
    await jumio.control('settings', { bearerRenewSeconds: 4000 });
    expect(await jumio.token()).not.toBe(first);
    expect(await create(first)).toBe(200);
  });

  test('a token stays valid after a reset of the sandbox', async () => {
    const first = await jumio.token();
    await jumio.send('POST', '/sandbox/reset');
    expect(await create(first)).toBe(200);
  });
});

describe('Jumio sandbox: refused bearer tokens', () => {
  test('a missing, unknown or revoked token or another scheme is 401', async () => {
    const token = await jumio.token();
    expect((await jumio.send('POST', '/api/v1/accounts', request())).status).toBe(401);
    const authorization = basic('sandbox', 'sandbox-secret');
    expect((await jumio.send('POST', '/api/v1/accounts', request(), { authorization })).status).toBe(401);
    expect(await create(`${token}x`)).toBe(401);
    await jumio.send('DELETE', '/sandbox/tokens');
    expect(await create(token)).toBe(401);
  });

  test('an expired token is 401 at every API', async () => {
    await jumio.send('DELETE', '/sandbox/tokens');
    await jumio.control('settings', { bearerLifetimeSeconds: 1, bearerRenewSeconds: 0 });
    const token = await jumio.token();
    await sleep(Math.max(0, claimsOf(token).exp * 1000 - Date.now()) + 20);
    expect(await create(token)).toBe(401);
    const authorization = `Bearer ${token}`;
    const path = '/api/v1/accounts/a/workflow-executions/w';
    expect((await jumio.send('GET', `${path}/status`, undefined, { authorization })).status).toBe(401);
    expect((await jumio.send('GET', path, undefined, { authorization })).status).toBe(401);
    await jumio.send('DELETE', '/sandbox/tokens');
  });

  test('a token does not expire by the shifted clock of the sandbox', async () => {
    const token = await jumio.token();
    await jumio.advance(90 * 86_400);
    expect(await create(token)).toBe(200);
  });
});

describe('Jumio sandbox: the User-Agent', () => {
  test('a request without User-Agent is 403, unless the check is switched off', async () => {
    const token = await jumio.token();
    expect(await createWithoutAgent(token)).toBe(403);
    await jumio.control('settings', { requireUserAgent: false });
    expect(await createWithoutAgent(token)).toBe(200);
  });
});

describe('Jumio sandbox: permissions of a client', () => {
  test('a call without the permission to initiate or to retrieve is 403', async () => {
    const { accountId, executionId } = await jumio.create();
    const clients = [
      { clientId: 'starter', clientSecret: 's', permissions: ['initiate'] },
      { clientId: 'reader', clientSecret: 'r', permissions: ['retrieve'] },
    ];
    await jumio.control('settings', { clients });
    const both = async (clientId: string, secret: string) => {
      const token = z.object({ access_token: z.string() }).parse((await jumio.fetchToken(clientId, secret)).json);
      const headers = { authorization: `Bearer ${token.access_token}` };
      const path = `/api/v1/accounts/${accountId}`;
      return [
        (await jumio.send('PUT', path, request(), headers)).status,
        (await jumio.send('GET', `${path}/workflow-executions/${executionId}`, undefined, headers)).status,
      ];
    };
    expect(await both('starter', 's')).toEqual([200, 403]);
    expect(await both('reader', 'r')).toEqual([403, 200]);
  });
});

describe('Jumio sandbox: rate limits', () => {
  const BODY = { title: 'Too Many Requests', status: 429, detail: 'Request limit exceeded' };

  test('documented rate limits: 10/s for tokens, 1/s with a burst for accounts, 15/s for retrieval, none for status', async () => {
    const { accountId, executionId } = await jumio.create();
    const token = await jumio.token();
    await jumio.control('settings', { rateLimits: 'documented' });
    const headers = { authorization: `Bearer ${token}` };
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`;
    /** Makes `count` calls at once: the refused ones, and how many were accepted beyond burst and rate. */
    const hurry = async (count: number, call: () => Promise<Answered>, burst: number, perSecond: number) => {
      const began = performance.now();
      const answers = await Promise.all(Array.from({ length: count }, call));
      const allowed = burst + ((performance.now() - began) / 1000) * perSecond;
      const refused = answers.filter(({ status }) => status === 429);
      return { refused, tooMany: Math.max(0, count - refused.length - allowed) };
    };
    expect((await hurry(40, () => jumio.fetchToken(), 10, 10)).tooMany).toBe(0);
    const start = () => jumio.send('POST', '/api/v1/accounts', request(), headers);
    expect((await hurry(12, start, 5, 1)).tooMany).toBe(0);
    const read = await hurry(60, () => jumio.send('GET', path, undefined, headers), 15, 15);
    expect(read.tooMany).toBe(0);
    expect(read.refused[0]?.json).toEqual(BODY);
    const readStatus = () => jumio.send('GET', `${path}/status`, undefined, headers);
    expect((await hurry(60, readStatus, 60, 0)).refused).toEqual([]);
  });

  test('without rate limits no call is refused, a custom limit refills', async () => {
    const many = await Promise.all(Array.from({ length: 60 }, () => jumio.fetchToken()));
    expect(many.every(({ status }) => status === 200)).toBe(true);
    await jumio.control('settings', { rateLimits: { token: { perSecond: 0.5, burst: 1 } } });
    expect((await jumio.fetchToken()).status).toBe(200);
    expect((await jumio.fetchToken()).status).toBe(429);
    await eventually(async () => expect((await jumio.fetchToken()).status).toBe(200));
  });
});
