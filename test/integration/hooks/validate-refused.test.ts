import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { validate } from '../../support/clients/calls.ts';
import { gateMessage } from '../../support/clients/gate-message.ts';
import { listen, send } from '../../support/clients/raw-http.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { rowCounts } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const SECRET = CANARIES.webhookSecret;

const AUTHENTIC = { 'x-webhook-secret': SECRET };

const HEADERS = ['content-type', 'application/json', 'x-webhook-secret', SECRET];

const UNCHECKED = gateMessage(4990004, 'unknown');

describe('authentication of validate', () => {
  it.each([
    ['no secret', {}],
    ['a wrong secret', { 'x-webhook-secret': 'quite another secret' }],
    ['a prefix of the secret', { 'x-webhook-secret': SECRET.slice(0, -1) }],
    ['the secret and something behind it', { 'x-webhook-secret': `${SECRET}0` }],
    ['both headers and different', { 'x-webhook-secret': SECRET, authorization: 'Bearer another' }],
  ])(
    'a validate request with %s is 401 in the shape that Kratos shows, and nothing is written',
    async (_name, headers) => {
      const service = await testService();
      const id = randomUUID();
      const body = { kratos_identity_id: id, created_at: new Date(service.clock.now() + 1).toISOString() };
      const answer = await validate(service, body, headers);
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual(UNCHECKED);
      expect(await rowCounts(service, id)).toEqual({ verifications: undefined, events: 0, unmatched: 0 });
    },
  );

  it('a validate request with a bearer token is accepted', async () => {
    const service = await testService();
    const body = { kratos_identity_id: randomUUID() };
    expect((await validate(service, body, { authorization: `Bearer ${SECRET}` })).statusCode).toBe(204);
  });
});

describe('invalid validate requests', () => {
  const id = randomUUID();
  const unreadable: readonly [string, unknown][] = [
    ['an empty body', undefined],
    ['an empty text', ''],
    ['no JSON', `{"kratos_identity_id": "${CANARIES.body}`],
    ['a text', JSON.stringify(CANARIES.body)],
    ['null', 'null'],
    ['an array', [{ kratos_identity_id: id }]],
    ['a number', '1'],
    ['__proto__', `{"kratos_identity_id": "${id}", "metadata_public": {"__proto__": {"jumio": 1}}}`],
    ['no id', {}],
    ['a null id', { kratos_identity_id: null }],
    ['an id that is not a UUID', { kratos_identity_id: CANARIES.body }],
    ['the nil UUID', { kratos_identity_id: '00000000-0000-0000-0000-000000000000' }],
    ['more than its limit', { kratos_identity_id: id, padding: 'x'.repeat(1_100_000) }],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ];

  it.each(unreadable)('a validate request with %s is refused in the shape that Kratos shows', async (_name, body) => {
    const service = await testService();
    const answer = await validate(service, body);
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toEqual(UNCHECKED);
    expect(findCanaries(answer.body + service.logs.text())).toEqual([]);
  });

  it.each(['text/plain', 'application/xml', 'x'])(
    'a validate request of content type %s is refused in the shape that Kratos shows',
    async (type) => {
      const service = await testService();
      const body = JSON.stringify({ kratos_identity_id: id });
      const answer = await validate(service, body, { ...AUTHENTIC, 'content-type': type });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toEqual(UNCHECKED);
    },
  );

  it('a validate request with another method is refused in the shape that Kratos shows', async () => {
    const { app } = await testService();
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await app.inject({ method, url: '/jumio/validate', headers: AUTHENTIC });
      expect(answer.statusCode).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      expect(answer.json()).toEqual(UNCHECKED);
    }
  });

  it('over a real connection, a chunked validate request above the limit and one without a content type are refused', async () => {
    const service = await testService();
    const port = await listen(service);
    const request = { path: '/jumio/validate', body: ['x'.repeat(700_000), 'x'.repeat(700_000)] };
    const long = await send(port, { ...request, headers: HEADERS });
    expect([long.status, JSON.parse(long.body)]).toEqual([403, UNCHECKED]);
    const untyped = await send(port, { ...request, headers: HEADERS.slice(2) });
    expect([untyped.status, JSON.parse(untyped.body)]).toEqual([403, UNCHECKED]);
  });
});
