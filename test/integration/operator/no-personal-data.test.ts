import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callback, initiate } from '../../support/clients/calls.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import {
  anyWords,
  type CanaryWorld,
  canariesIn,
  type Person,
  startCanaryWorld,
  type Words,
} from '../../support/operator/canary-world.ts';
import { APPROVE, REJECT } from '../../support/operator/console.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';

const NEW_ATTEMPT = { choice: 'new_attempt:unclear-pictures' };

/** All that leaves the service, or stays in it for good. */
interface Outputs {
  readonly page: string[];
  readonly file: string[];
  readonly log: string[];
  readonly event: string[];
  readonly metric: string[];
}

/** Somebody of whom Jumio warns, somebody with an eID, somebody whom Kratos refuses to write, somebody whom Jumio refuses to create. */
type People = readonly [warned: Person, linked: Person, refused: Person, failed: Person];

const fourWords = fc.tuple(anyWords, anyWords, anyWords, anyWords);

async function peopleOf(
  { issuer, service }: CanaryWorld,
  words: readonly [Words, Words, Words, Words],
): Promise<People> {
  const iat = Math.floor(service.clock.now() / 1_000);
  const [warned, linked, refused, failed] = words.map((own) => ({ id: randomUUID(), words: own }));
  if (!warned || !linked || !refused || !failed) throw new Error('four people');
  const { claim: sub, name, email } = linked.words;
  const claims = { iss: issuer.issuer, aud: 'bridge', sub, name, email, acr: 'loa-3', iat, exp: iat + 300 };
  return [
    warned,
    { ...linked, idToken: await issuer.sign(claims) },
    { ...refused, isRefused: true },
    { ...failed, isFailed: true },
  ];
}

/** Everybody signs up, as the hook of Kratos says it; a hook of somebody's own sends the traits too. */
async function signUp(world: CanaryWorld, people: People): Promise<void> {
  const { service } = world;
  for (const person of people) world.know(person);
  for (const { id, words, idToken } of people) {
    const flow = { method: idToken === undefined ? 'password' : 'oidc', return_to: null };
    await initiate(service, { kratos_identity_id: id, schema_id: 'person', flow, traits: words });
  }
  const [warned, linked, refused, failed] = people;
  await untilStatus(service, warned.id, 'pending');
  await callback(service, world.callbackOf(warned));
  await untilStatus(service, warned.id, 'review');
  await untilStatus(service, linked.id, 'approved');
  await eventually(async () => {
    expect((await recordOf(service, refused.id)).identity.publishRefused).toBe(true);
    expect((await recordOf(service, failed.id)).verifications[0]?.lastError).not.toBeNull();
  });
}

/** An approver looks at everything that there is, searches, and decides. */
async function work(world: CanaryWorld, people: People, choice: Readonly<Record<string, string>>) {
  const browser = world.browserOf('approver');
  const [page, file]: [string[], string[]] = [[], []];
  const get = async (path: string, into = page) => {
    const answer = await browser.get(`/operator${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    into.push(unescapeHtml(answer.body), JSON.stringify(answer.headers));
    return answer;
  };
  const post = async (path: string, fields: Readonly<Record<string, string | undefined>>) => {
    const answer = await browser.post(fields, `/operator${path}`);
    page.push(JSON.stringify(answer.headers));
    return answer;
  };
  const [{ id, words }] = people;
  for (const path of ['', '?why=warning&age=4h', '/service', '/numbers']) await get(path);
  const { fields } = await get('/search');
  const found = await post('/search', { ...fields, name: words.email });
  expect(found.location).toBe(`/operator/people/${id}#title`);
  for (const name of [words.document, `x${words.email}`]) {
    const none = await post('/search', { ...fields, name });
    expect(none.status).toBe(404);
    page.push(none.body);
  }
  for (const person of people) await get(`/people/${person.id}`);
  expect((await browser.get(`/operator/people/${id}/evidence`)).status).toBe(404);
  const { fields: own } = await get(`/people/${id}`);
  const decided = await post(`/people/${id}/decision`, { ...own, ...choice });
  expect([200, 303]).toContain(decided.status);
  // The one secret that a page shows once, for the operator to send.
  const answer = unescapeHtml(decided.body);
  const [link = '', token = ''] = /https:\/\/\S+\/jumio\/enter\?code=([\w-]{22})/.exec(answer) ?? [];
  page.push(link === '' ? answer : answer.replaceAll(link, ''));
  await get('/audit');
  for (const path of ['/numbers.csv?days=7', '/audit.jsonl']) await get(path, file);
  return { page, file, tokens: token === '' ? [] : [token] };
}

/** What the service has said by other ways than the console. */
async function heard({ service, shop, text }: CanaryWorld, people: People): Promise<Omit<Outputs, 'page' | 'file'>> {
  // What Kratos does not take is told a minute later.
  passTime(service, MINUTE);
  await eventually(async () => expect(await service.ctx.ledger.deliveries.list({ most: 1 })).toEqual([]));
  const kept = await Promise.all([...people.map(({ id }) => id), null].map((id) => service.ctx.ledger.events(id)));
  return {
    log: [service.logs.text()],
    event: [JSON.stringify(kept), ...shop.requests.map(({ headers, body }) => JSON.stringify([headers, body]))],
    metric: [await text()],
  };
}

describe('what is known of people', () => {
  it('is on no page of the console, in no file, line of the log, event or metric, whatever the words are', async () => {
    const world = await startCanaryWorld();
    await fc.assert(
      fc.asyncProperty(fourWords, fc.constantFrom(APPROVE, REJECT, NEW_ATTEMPT), async (words, choice) => {
        const people = await peopleOf(world, words);
        await signUp(world, people);
        const { page, file, tokens } = await work(world, people, choice);
        const outputs: Outputs = { page, file, ...(await heard(world, people)) };
        const secrets = [...canariesIn(words), ...tokens];
        for (const [name, texts] of Object.entries<readonly string[]>({ ...outputs })) {
          expect(texts.join('').length, name).toBeGreaterThan(100);
          expect({ name, found: texts.flatMap((text) => findCanaries(text, secrets)) }).toEqual({ name, found: [] });
        }
        // The upstreams did say them; otherwise their absence would prove nothing.
        const served = world.served();
        expect(canariesIn(words).filter((one) => !served.includes(one))).toEqual([]);
      }),
      // A smaller example takes as long as the first, and says no more.
      { numRuns: 4, endOnFailure: true },
    );
    expect(world.jumio.requests.filter(({ path }) => path.includes('/parts/'))).toEqual([]);
  });
});
