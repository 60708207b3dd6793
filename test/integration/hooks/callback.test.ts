import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, hmac, signed } from '../../support/clients/calls.ts';
import { listen, send } from '../../support/clients/raw-http.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { recordOf, rowCounts, signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const JSON_TYPE = ['content-type', 'application/json'];

async function started() {
  const service = await testService();
  const id = randomUUID();
  const execution = await signUp(service, id);
  return { service, id, execution };
}

describe('authentic callbacks', () => {
  it('a callback authenticated by our reference alone is 200 without a body', async () => {
    const { service, id, execution } = await started();
    const answer = await callback(service, callbackOf(execution));
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect((await recordOf(service, id)).identity.readRequests).toBe(1);
  });

  it.each([
    ['hex', (digest: string) => digest],
    ['sha256=hex', (digest: string) => `sha256=${digest}`],
    ['upper case', (digest: string) => digest.toUpperCase()],
    ['SHA256= in upper case', (digest: string) => `SHA256=${digest.toUpperCase()}`],
  ])('a callback with a signature in %s and without a reference is accepted', async (_name, spell) => {
    const { service, id, execution } = await started();
    const { userReference: _left, ...body } = JSON.parse(callbackOf(execution));
    const text = JSON.stringify(body);
    const answer = await callback(service, text, { 'x-jumio-signature': spell(hmac(text)) });
    expect(answer.statusCode).toBe(200);
    expect((await recordOf(service, id)).identity.readRequests).toBe(1);
  });

  it('a callback signed over its exact bytes is accepted, however the JSON is spaced', async () => {
    const { service, id, execution } = await started();
    const text = `${JSON.stringify(JSON.parse(callbackOf(execution)), null, 3)}\r\n`;
    expect((await callback(service, text, signed(text))).statusCode).toBe(200);
    expect((await recordOf(service, id)).identity.readRequests).toBe(1);
  });

  it('during a rotation, a callback signed with the new or the old secret is accepted', async () => {
    const env = { JUMIO_CALLBACK_SECRET: 'the-new-secret-of-today,the-old-secret-of-before' };
    const service = await testService({ env });
    const body = callbackOf(await signUp(service, randomUUID()));
    expect((await callback(service, body, signed(body, 'the-new-secret-of-today'))).statusCode).toBe(200);
    expect((await callback(service, body, signed(body, 'the-old-secret-of-before'))).statusCode).toBe(200);
    expect((await callback(service, body, signed(body, CANARIES.callbackSecret))).statusCode).toBe(401);
  });

  it('a callback whose content type names the charset is accepted', async () => {
    const { service, execution } = await started();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await callback(service, callbackOf(execution), headers)).statusCode).toBe(200);
  });

  it('a chunked callback over a real connection is accepted', async () => {
    const { service, id, execution } = await started();
    const body = callbackOf(execution);
    const headers = [...JSON_TYPE, 'X-Jumio-Signature', hmac(body)];
    const pieces = [body.slice(0, 10), body.slice(10)];
    const answer = await send(await listen(service), { path: '/jumio/callback', headers, body: pieces });
    expect(answer.status).toBe(200);
    expect((await recordOf(service, id)).identity.readRequests).toBe(1);
  });

  it('a signed callback with a foreign userReference, as the portal’s test tool may send it, is accepted', async () => {
    const { service, id, execution } = await started();
    const body = callbackOf(execution, 'PROCESSED', 'somebody else’s');
    expect((await callback(service, body, signed(body))).statusCode).toBe(200);
    expect((await recordOf(service, id)).identity.readRequests).toBe(1);
    expect((await rowCounts(service, id)).unmatched).toBe(0);
  });
});
