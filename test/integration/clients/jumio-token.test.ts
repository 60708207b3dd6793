import { afterEach, describe, expect, it } from 'vitest';
import { json, type Responder } from '../../support/fakes/http-server.ts';
import { IDS, START, startedBody, startJumioClient } from '../../support/fakes/jumio-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function stub(...parameters: Parameters<typeof startJumioClient>) {
  const running = await startJumioClient(...parameters);
  closing.push(running.server.close);
  return running;
}

/** Returns these answers in order, then the last one repeatedly. */
function inOrder(...answers: Responder[]): Responder {
  let turn = 0;
  return (response, request) => {
    const answer = answers[Math.min(turn, answers.length - 1)];
    turn += 1;
    answer?.(response, request);
  };
}

function token(name: string, expiresIn: unknown = 3600): Responder {
  return json(200, { access_token: name, expires_in: expiresIn, token_type: 'Bearer' });
}

/** A token as Jumio signs it: the client reads only the payload. */
function jwt(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(payload)}.${'s'.repeat(43)}`;
}

/** Accepts the given bearer tokens, and answers 401 to every other. */
function accepting(...names: string[]): Responder {
  return (response, request) => {
    const known = names.some((name) => request.headers.authorization === `Bearer ${name}`);
    (known ? json(200, startedBody) : json(401, {}))(response, request);
  };
}

describe('the token of Jumio', () => {
  it('Jumio’s token is requested with the client’s credentials, as a form', async () => {
    const { client, server } = await stub({}, { clientId: 'us-er', clientSecret: 'pä:ss' });
    await client.create(START);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials',
      headers: {
        authorization: `Basic ${Buffer.from('us-er:pä:ss').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'user-agent': 'Acme Verification/1.0',
      },
    });
  });

  it('a thousand concurrent create calls fetch Jumio’s token once', async () => {
    const { client, tokenCalls, apiCalls } = await stub({}, { deadline: 10_000 });
    await Promise.all(Array.from({ length: 1000 }, () => client.create(START)));
    expect([tokenCalls(), apiCalls().length]).toEqual([1, 1000]);
  });

  /** Milliseconds after which the client fetches a new token, by the clock of the test. */
  async function lifetimeOf(answer: Responder): Promise<number> {
    const began = Date.UTC(2026, 0, 5);
    let now = began;
    const { client, tokenCalls } = await stub({ token: answer }, { now: () => now });
    while (tokenCalls() < 2 && now < began + 4_000_000) {
      await client.create(START);
      now += 20_000;
    }
    return now - began - 20_000;
  }

  const exp = (minutes: number) => ({ exp: Date.UTC(2026, 0, 5) / 1000 + minutes * 60 });
  it.each([
    ['an hour: five minutes before', token('t'), 55],
    ['ten minutes: at four fifths', token('t', 600), 8],
    ['an hour, but with half an hour left by its own word', token(jwt(exp(30))), 25],
    ['an hour, with a longer word of its own', token(jwt(exp(600))), 55],
    ['an hour, with an end in our past: a clock is wrong', token(jwt(exp(-30))), 55],
    ['an hour, with a payload that cannot be read', token('a.%%%.c'), 55],
    ['no stated life: five minutes are assumed', json(200, { access_token: 't' }), 4],
    ['a life that is no number: five minutes are assumed', token('t', 'long'), 4],
  ])('a Jumio token that lives %s', async (_, answer, minutes) => {
    expect(await lifetimeOf(answer)).toBe(minutes * 60_000);
  });

  it('a Jumio token is replaced once after a 401, and the call is repeated', async () => {
    const { client, tokenCalls, apiCalls } = await stub({
      token: inOrder(token('old'), token('new')),
      api: accepting('new'),
    });
    await client.create(START);
    expect([tokenCalls(), apiCalls().length]).toEqual([2, 2]);
    expect(apiCalls()[1]?.body).toBe(apiCalls()[0]?.body);
    await client.create(START);
    expect([tokenCalls(), apiCalls().length]).toEqual([2, 3]);
  });

  it('a Jumio token is replaced once for many calls that were refused together', async () => {
    const { client, tokenCalls, apiCalls } = await stub(
      { token: inOrder(token('old'), token('new')), api: accepting('new') },
      { deadline: 5_000 },
    );
    await Promise.all(Array.from({ length: 100 }, () => client.create(START)));
    expect([tokenCalls(), apiCalls().length]).toEqual([2, 200]);
  });

  it('a replacement that is the same Jumio token causes no further request', async () => {
    const refused = new Set<string>();
    const api: Responder = (response, request) => {
      const seen = refused.has(request.body);
      refused.add(request.body);
      (seen ? json(200, startedBody) : json(401, {}))(response, request);
    };
    const { client, tokenCalls } = await stub({ token: token('same'), api }, { deadline: 5_000 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => client.create({ ...START, reference: `1.${n}.mac` })));
    expect(tokenCalls()).toBe(2);
  });

  it('a Jumio token that is refused twice leaves the 401 to the caller', async () => {
    const { client, tokenCalls, apiCalls } = await stub({ api: json(401, {}) });
    await expect(client.details(IDS)).rejects.toMatchObject({
      facts: { upstream: 'jumio', operation: 'details', failure: 'status', status: 401 },
    });
    expect([tokenCalls(), apiCalls().length]).toEqual([2, 2]);
  });

  it('a Jumio token that could not be fetched is requested again by the next call', async () => {
    const { client, tokenCalls, apiCalls } = await stub({ token: inOrder(json(500, {}), token('t')) });
    await expect(client.create(START)).rejects.toMatchObject({
      facts: { operation: 'token', failure: 'status', status: 500 },
    });
    expect(apiCalls()).toEqual([]);
    await client.create(START);
    expect(tokenCalls()).toBe(2);
  });

  it('a Jumio token that could not be fetched is one failure for all waiting calls', async () => {
    const slow: Responder = (response, request) => void setTimeout(() => json(503, {})(response, request), 50);
    const { client, tokenCalls } = await stub({ token: slow });
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => client.create(START)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(tokenCalls()).toBe(1);
  });

  it('a Jumio token that could not be replaced after a 401 is not used again', async () => {
    const { client, apiCalls } = await stub({
      token: inOrder(token('old'), json(403, {}), token('new')),
      api: accepting('new'),
    });
    await expect(client.create(START)).rejects.toMatchObject({ facts: { operation: 'token', status: 403 } });
    await client.create(START);
    expect(apiCalls().map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('waiting for a Jumio token takes at most half of the timeout, so that the create call has the other half', async () => {
    const { client, apiCalls } = await stub({ token: () => undefined }, { deadline: 3_000 });
    const began = performance.now();
    await expect(client.create(START)).rejects.toMatchObject({ facts: { operation: 'token', failure: 'timeout' } });
    expect(performance.now() - began).toBeLessThan(2_700);
    expect(apiCalls()).toEqual([]);
  });

  it('a late replacement of a Jumio token does not extend the timeout of the call', async () => {
    const late: Responder = (response, request) => void setTimeout(() => json(401, {})(response, request), 2_200);
    const { client } = await stub({ token: inOrder(token('t'), () => undefined), api: late }, { deadline: 3_000 });
    const began = performance.now();
    await expect(client.create(START)).rejects.toMatchObject({ facts: { operation: 'token', failure: 'timeout' } });
    expect(performance.now() - began).toBeLessThan(3_600);
  });
});
