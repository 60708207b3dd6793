import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mintReference } from '../../../webhook/verification/execution/reference.ts';
import { callback, callbackOf, hmac } from '../../support/clients/calls.ts';
import { problem } from '../../support/clients/problems.ts';
import { listen, send } from '../../support/clients/raw-http.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { recordOf, signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const JSON_TYPE = ['content-type', 'application/json'];

async function started() {
  const service = await testService();
  const id = randomUUID();
  const execution = await signUp(service, id);
  return { service, id, execution };
}

/** Expects that nothing of the request was stored, and that Jumio was not called. */
async function expectIgnored(service: TestService, id: string): Promise<void> {
  const { identity, verifications } = await recordOf(service, id);
  expect(identity.readRequests).toBe(0);
  expect(verifications[0]).toMatchObject({ activeAt: null, claimedStatus: null });
  expect(await service.ctx.ledger.events(null)).toEqual([]);
  expect(service.jumio.reads()).toBe(0);
}

function altered(text: string): string {
  const last = text.at(-1) === 'a' ? 'b' : 'a';
  return text.slice(0, -1) + last;
}

/** The last base64url character carries four bits: three others decode to the same bytes. */
function sameBytes(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) ^ 1] ?? '';
}

describe('callbacks without valid authentication', () => {
  const forgeries: readonly [string, (reference: string) => string | undefined][] = [
    ['no reference', () => undefined],
    ['an empty reference', () => ''],
    ['a reference that is altered by one byte', altered],
    ['a reference of another verification with this one’s mac', (r) => r.replace(/^1\.[^.]*/, `1.${randomUUID()}`)],
    ['a mac under another key', (r) => mintReference(Buffer.alloc(32), r.split('.')[1] ?? '')],
    ['version 2 of the reference', (r) => r.replace(/^1\./, '2.')],
    ['version 1 without anything', () => '1.'],
    ['version 1 with an empty id and mac', () => '1..'],
    ['the reference without its mac', (r) => r.slice(0, r.lastIndexOf('.') + 1)],
    ['a mac that is one character short', (r) => r.slice(0, -1)],
    ['a mac with something behind it', (r) => `${r}A`],
    ['padded base64', (r) => `${r}=`],
    ['another spelling of the same bytes', (r) => r.slice(0, -1) + sameBytes(r.at(-1) ?? '')],
    ['an upper-case id', (r) => r.replace(/\.[0-9a-f-]+\./, (id) => id.toUpperCase())],
    ['a line feed behind it', (r) => `${r}\n`],
  ];

  it.each(forgeries)('a callback with %s is 401, without an exception or a call to Jumio', async (_name, forge) => {
    const { service, id, execution } = await started();
    const body = JSON.parse(callbackOf(execution));
    const answer = await callback(service, { ...body, userReference: forge(execution.reference) });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual(problem('not-authentic'));
    await expectIgnored(service, id);
  });

  it.each([1, null, ['x'], { a: 1 }, true])('a callback with the reference %j is 401', async (userReference) => {
    const { service, id, execution } = await started();
    const answer = await callback(service, { ...JSON.parse(callbackOf(execution)), userReference });
    expect(answer.statusCode).toBe(401);
    await expectIgnored(service, id);
  });

  const wrongSignatures: readonly [string, (body: string) => string][] = [
    ['an empty signature header', () => ''],
    ['a signature of blanks', () => '   '],
    ['a forged signature', (body) => hmac(body, 'another secret of somebody')],
    ['the signature of a body that differs by one byte', (body) => hmac(altered(body))],
    ['a signature that is altered by one digit', (body) => altered(hmac(body))],
    ['a signature that is one digit short', (body) => hmac(body).slice(1)],
    ['a signature of half the length', (body) => hmac(body).slice(32)],
    ['a signature of twice the length', (body) => hmac(body) + hmac(body)],
    ['a signature that is no hex', () => 'z'.repeat(64)],
    ['a signature of another kind', (body) => `sha1=${hmac(body)}`],
    ['a prefix alone', () => 'sha256='],
    ['a signature in base64', (body) => Buffer.from(hmac(body), 'hex').toString('base64')],
    ['two signatures in one header, the first right', (body) => `${hmac(body)}, ${hmac('other')}`],
    ['the right one twice in one header', (body) => `${hmac(body)}, ${hmac(body)}`],
    ['the signature of the other secret of ours', (body) => hmac(body, CANARIES.webhookSecret)],
  ];

  it.each(wrongSignatures)('a callback with a valid reference and %s is 401', async (_name, sign) => {
    const { service, id, execution } = await started();
    const body = callbackOf(execution);
    const answer = await callback(service, body, { 'x-jumio-signature': sign(body) });
    expect(answer.statusCode).toBe(401);
    await expectIgnored(service, id);
  });

  it('a callback with two valid signature headers over a real connection is 401', async () => {
    const { service, id, execution } = await started();
    const port = await listen(service);
    const body = callbackOf(execution);
    const header = ['X-Jumio-Signature', hmac(body)];
    const request = { path: '/jumio/callback', body: [body] };
    const twice = await send(port, { ...request, headers: [...JSON_TYPE, ...header, ...header] });
    expect(twice.status).toBe(401);
    await expectIgnored(service, id);
    expect((await send(port, { ...request, headers: [...JSON_TYPE, ...header] })).status).toBe(200);
  });

  it.each([
    ['no body, with its length', ['content-length', '0']],
    ['no body, with its length, said to be JSON', [...JSON_TYPE, 'content-length', '0']],
    ['no body in no chunk, said to be JSON', JSON_TYPE],
    ['no body, but a signature of nothing', ['content-length', '0', 'x-jumio-signature', hmac('')]],
    ['no body, said to be JSON, with a signature of nothing', [...JSON_TYPE, 'x-jumio-signature', hmac('')]],
  ])('a callback with %s is 401', async (_name, headers) => {
    const { service, id } = await started();
    const answer = await send(await listen(service), { path: '/jumio/callback', headers });
    expect(answer.status).toBe(401);
    await expectIgnored(service, id);
  });

  it('a callback without body and content-length is 401', async () => {
    const { service, id } = await started();
    const answer = await service.app.inject({ method: 'POST', url: '/jumio/callback' });
    expect(answer.statusCode).toBe(401);
    await expectIgnored(service, id);
  });

  it('a callback with the secret of Kratos’ hooks in place of a signature is 401', async () => {
    const { service, id, execution } = await started();
    const body = callbackOf(execution, 'PROCESSED', '');
    expect((await callback(service, body, { 'x-webhook-secret': CANARIES.webhookSecret })).statusCode).toBe(401);
    await expectIgnored(service, id);
  });
});
