import { afterEach, describe, expect, it } from 'vitest';
import { createKratosClient } from '../../../webhook/kratos/client.ts';
import type { KratosClient } from '../../../webhook/kratos/types.ts';
import { json, type Responder, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import {
  COOKIE,
  content,
  ID,
  identityBody,
  KEY,
  refusal,
  startKratosClient,
  TRAIT,
  whoami,
} from '../../support/fakes/kratos-server.ts';
import { expectNoneOf, failureOf } from '../../support/fakes/upstream-errors.ts';
import { BODY_CANARY, deadlineFor, faults } from '../../support/fakes/upstream-faults.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function stub(...parameters: Parameters<typeof startKratosClient>) {
  const running = await startKratosClient(...parameters);
  closing.push(running.server.close);
  return running;
}

const canaries = [BODY_CANARY, KEY, COOKIE, TRAIT];

const operations: [string, (client: KratosClient) => Promise<unknown>][] = [
  ['patch', (client) => client.publish(ID, content)],
  ['patch', (client) => client.setState(ID, 'inactive', content)],
  ['read', (client) => client.read(ID)],
  ['whoami', whoami],
];

describe.each(operations)('%s', (operation, call) => {
  it.each(faults)('a call with $name fails with its facts', async (fault) => {
    const { respond, facts } = fault;
    const { client, server } = await stub(respond, { apiKey: KEY, ...deadlineFor(fault) });
    const began = performance.now();
    const error = await failureOf(call(client));
    expect(error.facts).toMatchObject({ upstream: 'kratos', operation, ...facts });
    expect(error.facts.retryAfter).toBe('retryAfter' in facts ? facts.retryAfter : undefined);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(server.requests).toHaveLength(1);
    expectNoneOf(canaries, error);
  });

  it('a call to a closed port is reported as unreachable', async () => {
    const url = await refusingUrl();
    const error = await failureOf(call(createKratosClient({ adminUrl: url, publicUrl: url, userAgent: 'x' })));
    expect(error.facts).toStrictEqual({
      upstream: 'kratos',
      operation,
      failure: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });

  it.each([
    ['2', undefined, 2_000],
    ['2, 30', undefined, 2_000],
    ['0', '9', 0],
    ['later', '9', 9_000],
    ['86400', undefined, 900_000],
  ])('a 429 with x-ratelimit-reset %s takes precedence over Retry-After %s', async (reset, after, expected) => {
    const headers = { 'x-ratelimit-reset': reset, ...(after !== undefined && { 'retry-after': after }) };
    const { client } = await stub(json(429, {}, headers));
    expect((await failureOf(call(client))).facts.retryAfter).toBe(expected);
  });

  it('x-ratelimit-reset of another status than 429 causes no pause', async () => {
    const { client } = await stub(json(500, {}, { 'x-ratelimit-reset': '5' }));
    expect((await failureOf(call(client))).facts).not.toHaveProperty('retryAfter');
  });

  it('a redirect is not followed, and the credentials go to no other host', async () => {
    const elsewhere = await startRecordingServer(json(200, identityBody));
    closing.push(elsewhere.close);
    for (const status of [302, 307, 308]) {
      const location = `${elsewhere.url}/?${BODY_CANARY}`;
      const { client } = await stub(json(status, {}, { location }), { apiKey: KEY });
      const error = await failureOf(call(client));
      expect(error.facts).toMatchObject({ failure: 'status', status });
      expectNoneOf(canaries, error);
    }
    expect(elsewhere.requests).toEqual([]);
  });
});

describe.each(operations.slice(0, 2))('a refusal of %s', (operation, call) => {
  const unserializable = 'Unable to serialize access due to a concurrent update in another session';
  const page: Responder = (response) => void response.writeHead(404).end('404 page not found');

  it.each([
    ['Kratos’ own 404', refusal(404, { message: 'Unable to locate the resource' }), 'identity-not-found'],
    ['another 404 in JSON', refusal(404, { message: 'The requested project could not be found' }), 'no-such-path'],
    ['a 404 of a router', page, 'no-such-path'],
    ['a 400 of two writes at once', refusal(400, { message: unserializable }), 'serialization'],
    ['the same as a reason', refusal(400, { message: 'Bad Request', reason: unserializable }), 'serialization'],
    ['another 400', refusal(400, { message: `I[#/traits] ${TRAIT}` }), undefined],
    ['its words with another status', refusal(500, { message: 'Unable to locate the resource' }), undefined],
    ['a 401', refusal(401, { message: 'Access credentials are invalid' }), undefined],
    ['a 409', refusal(409, {}), undefined],
  ])('the refusal %s has its code', async (_, respond, code) => {
    const { client } = await stub(respond, { apiKey: KEY });
    const error = await failureOf(call(client));
    expect(error.facts).toMatchObject({ upstream: 'kratos', operation, failure: 'status' });
    expect(error.facts.code).toBe(code);
    expectNoneOf(canaries, error);
  });
});
