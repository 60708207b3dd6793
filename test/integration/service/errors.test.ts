import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, signed } from '../../support/clients/calls.ts';
import { problem } from '../../support/clients/problems.ts';
import { listen, openConnection } from '../../support/clients/raw-http.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const SECRETS = `token=${CANARIES.query}&return_to=https://app.example.com/${CANARIES.query}`;

const HEADERS = {
  'x-webhook-secret': 'wrong',
  cookie: CANARIES.cookie,
  authorization: `Basic ${CANARIES.bearerToken}`,
};

describe('error responses', () => {
  it.each([
    ['an unknown address', 'GET', `/${CANARIES.query}?${SECRETS}`, 'not-found'],
    ['an address that cannot be decoded', 'GET', `/jumio/%zz${CANARIES.query}?${SECRETS}`, 'bad-request'],
    ['another method at initiate', 'GET', `/jumio/initiate?${SECRETS}`, 'method-not-allowed'],
    ['another method at the callback', 'PUT', `/jumio/callback?${SECRETS}`, 'method-not-allowed'],
    ['another method at verify', 'DELETE', `/jumio/verify?${SECRETS}`, 'method-not-allowed'],
    ['another method at health', 'POST', `/health/ready?${SECRETS}`, 'method-not-allowed'],
    ['a wrong secret', 'POST', `/jumio/initiate?${SECRETS}`, 'wrong-secret'],
    ['a callback that is not authentic', 'POST', `/jumio/callback?${SECRETS}`, 'not-authentic'],
  ] as const)(
    'an error about %s is a problem document that echoes nothing, nor does the log',
    async (_name, method, url, code) => {
      const service = await testService();
      const answer = await service.app.inject({ method, url, headers: HEADERS });
      expect(answer.statusCode).toBe(answer.json().status);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect({ ...answer.json(), detail: 0 }).toEqual(problem(code, { detail: 0 }));
      expect(findCanaries(JSON.stringify([answer.body, answer.headers]))).toEqual([]);
      expect(findCanaries(service.logs.text())).toEqual([]);
    },
  );

  it.each(['/*a', '/*%20', '/jumio/*x/y', '/:a(', '/:a((x+x+)+y)', '/:a(b)(', '/::', '/jumio/:x', '/*'])(
    'an address that would mean something in the list of routes is unknown like any other: %s',
    async (url) => {
      const service = await testService();
      for (const method of ['GET', 'POST', 'DELETE'] as const)
        expect((await service.app.inject({ method, url })).json()).toEqual(problem('not-found'));
      expect(service.logs.text()).not.toContain('"level":50');
    },
  );

  it('an error about a method names the right one', async () => {
    const { app } = await testService();
    expect((await app.inject({ method: 'GET', url: '/jumio/callback?x' })).headers.allow).toBe('POST');
    expect((await app.inject({ method: 'PATCH', url: '/jumio/verify' })).headers.allow).toBe('GET, POST');
  });

  it('an unexpected error is a 500 with an id for the log, and without its message', async () => {
    const service = await testService({
      ctx: (ctx) => {
        const fail = () => Promise.reject(new TypeError(`${CANARIES.trait}\n    at ${CANARIES.email}:1:1`));
        return { ...ctx, ledger: { ...ctx.ledger, requestRead: fail } };
      },
    });
    const body = JSON.stringify({ workflowExecution: { id: randomUUID(), status: 'PROCESSED' } });
    const answer = await callback(service, body, signed(body));
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual(problem('internal-error', { request_id: expect.any(String) }));
    expect(service.logs.lines()).toContainEqual(
      expect.objectContaining({
        level: 50,
        reqId: answer.json().request_id,
        err: { type: 'TypeError', stack: expect.stringMatching(/errors\.test\.ts:\d+:\d+/) },
      }),
    );
    expect(findCanaries(answer.body + service.logs.text())).toEqual([]);
  });

  it('an error about malformed HTTP does not echo it', async () => {
    const service = await testService();
    const connection = openConnection(await listen(service));
    connection.write(`GET /jumio/verify HTTP/1.1\r\n${CANARIES.cookie} without a colon\r\n\r\n`);
    const answer = await connection.answers();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(findCanaries(answer + service.logs.text())).toEqual([]);
  });
});

describe('upstream status codes', () => {
  it('a status of an upstream is never the status of our response', async () => {
    const service = await testService();
    const execution = await signUp(service, randomUUID());
    service.jumio.instead.details = () => Promise.reject(new Error(CANARIES.bearerToken));
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
  });
});
