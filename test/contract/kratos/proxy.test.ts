import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signUp } from '../../../sandbox/kratos/client/flows.ts';
import { type Answer, send } from '../../../sandbox/kratos/client/loopback.ts';
import { type AdminProxy, type Fault, type FaultOptions, startAdminProxy } from '../../../sandbox/kratos/proxy.ts';
import { readIdentity } from './admin.ts';
import { newPerson, useWorld } from './world.ts';

const world = useWorld('stand-in');

let proxy: AdminProxy;

let id = '';

beforeAll(async () => {
  proxy = await startAdminProxy(world().kratos.adminUrl);
  id = (await signUp(world().kratos, newPerson(), { as: 'api' })).identityId ?? '';
});

beforeEach(() => proxy.clearFaults());

afterAll(() => proxy.stop());

function patch(value: string, timeoutMs = 20_000): Promise<Answer> {
  return send({
    method: 'PATCH',
    url: `${proxy.url}/admin/identities/${id}`,
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify([{ op: 'add', path: '/metadata_public/x', value }]),
    timeoutMs,
  });
}

test('the proxy forwards and records calls: body, credentials, status and times, in order', async () => {
  const before = proxy.calls('patch').length;
  const answers = [await patch('one'), await patch('two')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const [first, second] = proxy.calls('patch').slice(before);
  expect(first).toMatchObject({
    method: 'PATCH',
    path: `/admin/identities/${id}`,
    authorization: 'Bearer key',
    status: 200,
  });
  expect([first?.body, second?.body].map((body) => JSON.parse(body ?? '')[0].value)).toEqual(['one', 'two']);
  expect(first?.endedAt).toBeGreaterThan(first?.startedAt ?? Number.POSITIVE_INFINITY);
  expect(second?.startedAt).toBeGreaterThanOrEqual(first?.endedAt ?? Number.POSITIVE_INFINITY);
});

test.each([
  ['400-serialize', 400, 'Unable to serialize access'],
  ['401', 401, 'could not be authorized'],
  ['404', 404, 'Unable to locate the resource'],
  ['404-html', 404, '<html>'],
  ['429', 429, 'slow down'],
  ['500', 500, 'database is locked'],
  ['html', 200, '<html>'],
] satisfies [Fault, number, string][])(
  'the fault %s applies to one call that does not reach Kratos, and the next call passes',
  async (fault, status, text) => {
    proxy.fault('patch', fault);
    const value = `lost to ${fault}`;
    const answer = await patch(value);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect(JSON.stringify(await readIdentity(world(), id))).not.toContain(value);
    expect((await patch('after')).status).toBe(200);
  },
);

test.each([
  ['reset', 'ECONNRESET', 20_000],
  ['hang', 'nothing for 200 ms', 200],
] satisfies [Fault, string, number][])('the fault %s returns no response', async (fault, message, timeoutMs) => {
  proxy.fault('patch', fault);
  await expect(patch('lost', timeoutMs)).rejects.toThrow(message);
});

test('the fault drip sends bytes without end, the fault huge 50 MB', async () => {
  proxy.fault('patch', 'drip');
  const dripping = await fetch(`${proxy.url}/admin/identities/${id}`, { method: 'PATCH', body: '[]' });
  const reader = dripping.body?.getReader();
  for (const _ of ['first', 'second']) expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^ +$/);
  await reader?.cancel();
  proxy.fault('patch', 'huge');
  expect((await patch('lost')).text.length).toBeGreaterThan(50_000_000);
});

test('a fault afterwards loses only the response: Kratos has made the change', async () => {
  const afterwards: FaultOptions = { afterwards: true };
  proxy.fault('patch', 'reset', afterwards);
  await expect(patch('done')).rejects.toThrow('ECONNRESET');
  expect((await readIdentity(world(), id)).metadata_public).toEqual({ x: 'done' });
});

test('a fault applies to the given number of calls of its kind, and to no others', async () => {
  proxy.fault('patch', '500', { times: 2 });
  expect((await send({ method: 'GET', url: `${proxy.url}/admin/identities/${id}` })).status).toBe(200);
  const statuses = [await patch('a'), await patch('b'), await patch('c')].map(({ status }) => status);
  expect(statuses).toEqual([500, 500, 200]);
});

test('a proxy of the public API records whoami', async () => {
  const publicProxy = await startAdminProxy(world().kratos.publicLoopbackUrl);
  publicProxy.fault('whoami', '503');
  const url = `${publicProxy.url}/sessions/whoami`;
  expect((await send({ method: 'GET', url })).status).toBe(503);
  expect((await send({ method: 'GET', url })).status).toBe(401);
  expect(publicProxy.calls('whoami').map(({ status }) => status)).toEqual([503, 401]);
  await publicProxy.stop();
});
