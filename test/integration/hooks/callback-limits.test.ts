import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, hmac, signed } from '../../support/clients/calls.ts';
import { listen, send } from '../../support/clients/raw-http.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { signUp, snapshotOf } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const JSON_TYPE = ['content-type', 'application/json'];

const LIMIT = 64 * 1024;

async function started() {
  const service = await testService();
  const id = randomUUID();
  const execution = await signUp(service, id);
  return { service, id, execution };
}

/** An authentic callback of so many bytes. */
function padded(text: string, bytes: number): string {
  const fill = bytes - text.length - ',"padding":""'.length;
  return `${text.slice(0, -1)},"padding":"${'x'.repeat(fill)}"}`;
}

async function readRequests(service: TestService, id: string): Promise<number> {
  return (await snapshotOf(service, id)).identity.readRequests;
}

describe('a callback of more than 64 KiB', () => {
  it('is taken at the limit and refused with 413 one byte above it', async () => {
    const { service, id, execution } = await started();
    const text = callbackOf(execution);
    expect((await callback(service, padded(text, LIMIT))).statusCode).toBe(200);
    expect(await readRequests(service, id)).toBe(1);
    const answer = await callback(service, padded(text, LIMIT + 1));
    expect(answer.statusCode).toBe(413);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await readRequests(service, id)).toBe(1);
  });

  it('is refused with 413 by its content-length, before its bytes come', async () => {
    const { service } = await started();
    const headers = [...JSON_TYPE, 'content-length', String(LIMIT + 1)];
    const answer = await send(await listen(service), { path: '/jumio/callback', headers });
    expect(answer.status).toBe(413);
  });

  it('is refused with 413 in chunks, signed or not', async () => {
    const { service, id, execution } = await started();
    const port = await listen(service);
    const text = padded(callbackOf(execution), 3 * LIMIT);
    const body = [text.slice(0, LIMIT / 2), text.slice(LIMIT / 2, LIMIT), text.slice(LIMIT)];
    const request = { path: '/jumio/callback', body };
    expect((await send(port, { ...request, headers: JSON_TYPE })).status).toBe(413);
    const signature = ['x-jumio-signature', hmac(text)];
    expect((await send(port, { ...request, headers: [...JSON_TYPE, ...signature] })).status).toBe(413);
    expect(await readRequests(service, id)).toBe(0);
  });
});

describe('a callback that cannot be read', () => {
  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
  ])('is refused with 415 as %s, signed or not', async (type) => {
    const { service, id, execution } = await started();
    const text = callbackOf(execution);
    const headers = { 'content-type': type };
    expect((await callback(service, text, headers)).statusCode).toBe(415);
    expect((await callback(service, text, { ...headers, ...signed(text) })).statusCode).toBe(415);
    expect(await readRequests(service, id)).toBe(0);
  });

  it('is refused with 415 where it has no content type', async () => {
    const { service, execution } = await started();
    const body = callbackOf(execution);
    const headers = ['content-length', String(body.length)];
    const answer = await send(await listen(service), { path: '/jumio/callback', headers, body: [body] });
    expect(answer.status).toBe(415);
  });

  it('is refused with 400 as invalid UTF-8, signed or with our reference', async () => {
    const { service, id, execution } = await started();
    const bytes = Buffer.concat([
      Buffer.from(`${callbackOf(execution).slice(0, -1)},"x":"`),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}'),
    ]);
    expect((await callback(service, bytes)).statusCode).toBe(400);
    expect((await callback(service, bytes, signed(bytes))).statusCode).toBe(400);
    expect(await readRequests(service, id)).toBe(0);
  });

  const secret = CANARIES.body;
  const unreadable: readonly [string, string][] = [
    ['no JSON', `{"${secret}": `],
    ['no JSON at all', secret],
    ['JSON with something behind it', `{} ${secret}`],
    ['__proto__', `{"__proto__": {"x": "${secret}"}, "userReference": "${secret}"}`],
    ['blanks', ' \n '],
  ];

  it.each(unreadable)('is refused with 400 as %s, signed or not, and no byte of it is echoed', async (_name, text) => {
    const { service, id } = await started();
    for (const headers of [{}, signed(text), { 'x-jumio-signature': 'forged' }]) {
      const answer = await callback(service, text, headers);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toEqual({ status: 400, title: expect.any(String) });
      expect(findCanaries(answer.body)).toEqual([]);
    }
    expect(await readRequests(service, id)).toBe(0);
    expect(findCanaries(service.logs.text())).toEqual([]);
  });

  it.each([
    ['an array', []],
    ['a text', 'text'],
    ['null', null],
    ['an object without an execution', {}],
    ['an execution without a status', { workflowExecution: { id: randomUUID() } }],
    ['an execution without an id', { workflowExecution: { status: 'PROCESSED' } }],
    ['an execution with an empty id', { workflowExecution: { id: '', status: 'PROCESSED' } }],
    ['an execution with an endless id', { workflowExecution: { id: 'x'.repeat(101), status: 'PROCESSED' } }],
    ['an execution with an endless status', { workflowExecution: { id: randomUUID(), status: 'P'.repeat(101) } }],
  ])('is refused with 400 when signed, with 401 when not, as %s', async (_name, value) => {
    const { service, id } = await started();
    const text = JSON.stringify(value);
    expect((await callback(service, text, signed(text))).statusCode).toBe(400);
    expect((await callback(service, text)).statusCode).toBe(401);
    expect(await readRequests(service, id)).toBe(0);
  });

  it('is refused with 400 when its reference is ours and the rest is not as documented', async () => {
    const { service, execution } = await started();
    expect((await callback(service, { userReference: execution.reference })).statusCode).toBe(400);
    const workflowExecution = { id: 1, status: {} };
    expect((await callback(service, { userReference: execution.reference, workflowExecution })).statusCode).toBe(400);
  });
});
