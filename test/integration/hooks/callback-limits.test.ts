import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, hmac, signed } from '../../support/clients/calls.ts';
import { problem } from '../../support/clients/problems.ts';
import { listen, send } from '../../support/clients/raw-http.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { recordOf, signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const JSON_TYPE = ['content-type', 'application/json'];

const LIMIT = 64 * 1024;

async function started() {
  const service = await testService();
  const id = randomUUID();
  const execution = await signUp(service, id);
  return { service, id, execution };
}

/** An authentic callback with the given size in bytes. */
function padded(text: string, bytes: number): string {
  const fill = bytes - text.length - ',"padding":""'.length;
  return `${text.slice(0, -1)},"padding":"${'x'.repeat(fill)}"}`;
}

async function readRequests(service: TestService, id: string): Promise<number> {
  return (await recordOf(service, id)).identity.readRequests;
}

describe('callbacks of more than 64 KiB', () => {
  it('a callback of exactly 64 KiB is accepted, one byte more is 413', async () => {
    const { service, id, execution } = await started();
    const text = callbackOf(execution);
    expect((await callback(service, padded(text, LIMIT))).statusCode).toBe(200);
    expect(await readRequests(service, id)).toBe(1);
    const answer = await callback(service, padded(text, LIMIT + 1));
    expect(answer.statusCode).toBe(413);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await readRequests(service, id)).toBe(1);
  });

  it('a callback whose content-length exceeds the limit is 413 before its body arrives', async () => {
    const { service } = await started();
    const headers = [...JSON_TYPE, 'content-length', String(LIMIT + 1)];
    const answer = await send(await listen(service), { path: '/jumio/callback', headers });
    expect(answer.status).toBe(413);
  });

  it('a chunked callback above the limit is 413, signed or not', async () => {
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

describe('unreadable callbacks', () => {
  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
  ])('a callback of content type %s is 415, signed or not', async (type) => {
    const { service, id, execution } = await started();
    const text = callbackOf(execution);
    const headers = { 'content-type': type };
    expect((await callback(service, text, headers)).statusCode).toBe(415);
    expect((await callback(service, text, { ...headers, ...signed(text) })).statusCode).toBe(415);
    expect(await readRequests(service, id)).toBe(0);
  });

  it('a callback without a content type is 415', async () => {
    const { service, execution } = await started();
    const body = callbackOf(execution);
    const headers = ['content-length', String(body.length)];
    const answer = await send(await listen(service), { path: '/jumio/callback', headers, body: [body] });
    expect(answer.status).toBe(415);
  });

  it('a callback of invalid UTF-8 is 400, signed or with our reference', async () => {
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

  it.each(unreadable)('a callback of %s is 400, signed or not, and its body is not echoed', async (_name, text) => {
    const { service, id } = await started();
    for (const headers of [{}, signed(text), { 'x-jumio-signature': 'forged' }]) {
      const answer = await callback(service, text, headers);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toEqual(problem('bad-callback'));
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
  ])('a callback that is %s is 400 when signed, 401 when not', async (_name, value) => {
    const { service, id } = await started();
    const text = JSON.stringify(value);
    expect((await callback(service, text, signed(text))).statusCode).toBe(400);
    expect((await callback(service, text)).statusCode).toBe(401);
    expect(await readRequests(service, id)).toBe(0);
  });

  it('a callback with our reference and undocumented members is 400', async () => {
    const { service, execution } = await started();
    expect((await callback(service, { userReference: execution.reference })).statusCode).toBe(400);
    const workflowExecution = { id: 1, status: {} };
    expect((await callback(service, { userReference: execution.reference, workflowExecution })).statusCode).toBe(400);
  });
});
