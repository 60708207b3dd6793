import axios from 'axios';
import { afterEach, describe, expect, it } from 'vitest';
import { createJumioClient } from '../../../webhook/jumio/client.ts';
import type { JumioClient } from '../../../webhook/jumio/types.ts';
import { json, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import { IDS, optionsFor, START, startJumioClient } from '../../support/fakes/jumio-server.ts';
import { allTextOf, expectNoneOf, failureOf } from '../../support/fakes/upstream-errors.ts';
import { BODY_CANARY, deadlineFor, type Fault, faults } from '../../support/fakes/upstream-faults.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function stub(...parameters: Parameters<typeof startJumioClient>) {
  const running = await startJumioClient(...parameters);
  closing.push(running.server.close);
  return running;
}

const TOKEN = 'canary-of-the-token';

const LINK = 'canary-of-a-link';

const canaries = [BODY_CANARY, TOKEN, LINK, 'canary-of-the-client-secret', START.reference, START.identityId];

const token = json(200, { access_token: TOKEN, expires_in: 3600 });

const operations: Record<string, (client: JumioClient) => Promise<unknown>> = {
  create: (client) => client.create(START),
  status: (client) => client.status(IDS),
  details: (client) => client.details(IDS),
};

const own: readonly Fault[] = [
  { name: 'a 400', respond: json(400, { detail: BODY_CANARY }), facts: { failure: 'status', status: 400 } },
  { name: 'a 403', respond: json(403, { detail: BODY_CANARY }), facts: { failure: 'status', status: 403 } },
  { name: 'a 404', respond: json(404, { detail: BODY_CANARY }), facts: { failure: 'status', status: 404 } },
  {
    name: 'a redirect',
    respond: json(302, {}, { location: `/elsewhere?${BODY_CANARY}` }),
    facts: { failure: 'status', status: 302 },
  },
  {
    name: 'a schema of somebody else',
    respond: json(200, { id: BODY_CANARY, web: { href: `https://${LINK}.example` } }),
    facts: { failure: 'unusable', status: 200 },
  },
];

describe.each(Object.entries(operations))('%s', (operation, call) => {
  it.each([...faults, ...own])('a call with $name fails with its facts', async (fault) => {
    const { respond, facts } = fault;
    const { client, apiCalls } = await stub({ token, api: respond }, deadlineFor(fault));
    const began = performance.now();
    const error = await failureOf(call(client));
    expect(error.facts).toMatchObject({ upstream: 'jumio', operation, ...facts });
    expect(error.facts.retryAfter).toBe('retryAfter' in facts ? facts.retryAfter : undefined);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(apiCalls()).toHaveLength(1);
    expectNoneOf(canaries, error);
  });

  it('a 401 and a second one are reported as such', async () => {
    const { client } = await stub({ token, api: json(401, { detail: BODY_CANARY }) });
    const error = await failureOf(call(client));
    expect(error.facts).toStrictEqual({ upstream: 'jumio', operation, failure: 'status', status: 401 });
    expectNoneOf(canaries, error);
  });

  it('a call to a closed port is reported as unreachable', async () => {
    const { client } = await stub(
      { token },
      { accountBaseUrl: await refusingUrl(), retrievalBaseUrl: await refusingUrl() },
    );
    const error = await failureOf(call(client));
    expect(error.facts).toStrictEqual({
      upstream: 'jumio',
      operation,
      failure: 'unreachable',
      detail: 'ECONNREFUSED',
    });
    expectNoneOf(canaries, error);
  });

  it('a redirect is not followed, and the token goes to no other host', async () => {
    const elsewhere = await startRecordingServer(json(200, {}));
    closing.push(elsewhere.close);
    for (const status of [301, 302, 303, 307, 308]) {
      const { client } = await stub({ token, api: json(status, {}, { location: elsewhere.url }) });
      expect((await failureOf(call(client))).facts).toMatchObject({ failure: 'status', status });
    }
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('failures of Jumio’s token endpoint', () => {
  const strange: readonly Fault[] = [
    { name: 'a 401', respond: json(401, { error: BODY_CANARY }), facts: { failure: 'status', status: 401 } },
    { name: 'no token', respond: json(200, { token: BODY_CANARY }), facts: { failure: 'unusable', status: 200 } },
    {
      name: 'a token that is no header value',
      respond: json(200, { access_token: `${BODY_CANARY}\r\nX-Evil: 1` }),
      facts: { failure: 'unusable', status: 200 },
    },
  ];

  it.each([...faults, ...own.slice(0, 4), ...strange])('the token endpoint reports $name', async (fault) => {
    const { respond, facts } = fault;
    const { client, apiCalls } = await stub({ token: respond }, deadlineFor(fault));
    const error = await failureOf(client.create(START));
    expect(error.facts).toMatchObject({ upstream: 'jumio', operation: 'token', ...facts });
    expect(apiCalls()).toEqual([]);
    expectNoneOf(canaries, error);
  });

  it('a name of the token endpoint that does not resolve is reported', async () => {
    const client = createJumioClient({
      ...optionsFor('http://127.0.0.1'),
      authUrl: 'http://jumio.invalid/oauth2/token',
    });
    const error = await failureOf(client.create(START));
    expect(error.facts).toMatchObject({ operation: 'token', failure: 'unreachable' });
  });
});

it('the search for canaries finds them in an error that axios throws', async () => {
  const { server } = await stub({ api: json(500, { detail: BODY_CANARY }) });
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const error: unknown = await axios.get(`${server.url}/api`, { headers }).catch((reason: unknown) => reason);
  expect(allTextOf(error)).toContain(TOKEN);
  expect(allTextOf(error)).toContain(BODY_CANARY);
  expect(() => expectNoneOf(canaries, error)).toThrow();
});
