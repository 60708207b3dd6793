import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { type Browser, openBrowser } from '../clients/browser.ts';
import { type Shop, startShop, webhooks } from '../events/shop.ts';
import { type EidIssuer, startEidIssuer } from '../fakes/eid-issuer.ts';
import { json, type RecordingServer, type Responder } from '../fakes/http-server.ts';
import { startJumioServer } from '../fakes/jumio-server.ts';
import { startKratosServer } from '../fakes/kratos-server.ts';
import { CANARIES, HOSTED_LINK } from '../logs/canaries.ts';
import { buildWatchedService, type WatchedService } from '../monitoring/watched.ts';
import type { TestService } from '../service/service.ts';
import { operatorsYaml, STAFF } from './console.ts';

/*
 * A console whose Kratos, Jumio and eID provider know people by words that nobody else may see. The service has its own clients,
 * over real sockets, and is watched and heard as in production.
 */

/** What is known of a person. Each is a canary, with characters around it on which a page, a CSV or a log may trip. */
export interface Words {
  readonly email: string;
  readonly name: string;
  readonly document: string;
  readonly claim: string;
  /** A label of Jumio's that nobody documented. */
  readonly label: string;
}

const canary = fc.uuid().map((id) => `canary-of-${id}`);

const odd = fc
  .tuple(fc.constantFrom('', '=', '<b>', '"', "'", '&amp;', '@', '\u202e'), canary, fc.string({ unit: 'grapheme' }))
  .map((parts) => parts.join(''));

/** The words of any person. */
export const anyWords: fc.Arbitrary<Words> = fc.record({
  email: canary.map((text) => `${text}@example.com`),
  name: odd,
  document: odd,
  claim: odd,
  label: canary,
});

/** The canaries in some words, without what is around them. */
export function canariesIn(all: readonly Words[]): string[] {
  return all
    .flatMap((words) => Object.values(words))
    .flatMap((word) => word.match(/canary-of-[0-9a-f-]{36}/)?.[0] ?? []);
}

/** What an upstream does with a person. */
export interface Person {
  readonly id: string;
  readonly words: Words;
  /** Kratos refuses every write, and quotes the person. */
  readonly isRefused?: boolean;
  /** Jumio refuses to create, and quotes the person. */
  readonly isFailed?: boolean;
  /** Of an eID. */
  readonly idToken?: string;
}

/** The console and everything around it. */
export interface CanaryWorld extends WatchedService {
  readonly shop: Shop;
  readonly issuer: EidIssuer;
  readonly jumio: RecordingServer;
  /** All that Kratos and Jumio have answered, as text. */
  readonly served: () => string;
  readonly know: (person: Person) => void;
  /** The callback of Jumio about the execution of a person, as it is sent. */
  readonly callbackOf: (person: Person) => string;
  /** The browser of an operator who is signed in. */
  readonly browserOf: (role: keyof typeof STAFF) => Browser;
}

interface Execution {
  readonly id: string;
  readonly accountId: string;
  readonly reference: string;
  readonly person: Person;
}

function traitsOf({ words: { email, name, document } }: Person): object {
  return { email, name: { first: name, last: name }, document };
}

const patchBody = z.array(z.object({ path: z.string(), value: z.unknown() }));

/** A Kratos with these people, and the sessions of the staff. */
function kratosOf(people: ReadonlyMap<string, Person>, now: () => number): Responder {
  const written = new Map<string, Readonly<Record<string, unknown>>>();
  const identity = (person: Person): object => {
    const { id, words, idToken } = person;
    const own = written.get(id) ?? {};
    const provider = { provider: 'mobile', subject: words.claim, initial_id_token: idToken };
    return {
      id,
      schema_id: 'person',
      state: 'active',
      traits: traitsOf(person),
      recovery_addresses: [{ value: words.email, via: 'email' }],
      metadata_public: { note: words.label, jumio: own['/metadata_public/jumio'] },
      metadata_admin: { eid: { name: words.claim }, jumio: own['/metadata_admin/jumio'] },
      credentials: idToken === undefined ? {} : { oidc: { config: { providers: [provider] } } },
    };
  };
  const session = (cookie: string): Responder => {
    const [, member] = Object.entries(STAFF).find(([role]) => cookie.includes(`-${role}`)) ?? [];
    if (member === undefined) return json(401, {});
    return json(200, {
      active: true,
      id: CANARIES.sessionToken,
      authenticated_at: new Date(now()).toISOString(),
      authenticator_assurance_level: 'aal2',
      identity: { id: member.id, traits: { email: CANARIES.email }, metadata_public: null },
    });
  };
  return (response, request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://kratos');
    const identifier = searchParams.get('credentials_identifier');
    const person = people.get(pathname.split('/').at(-1) ?? '');
    const answer = (): Responder => {
      if (pathname.endsWith('/whoami')) return session(request.headers.cookie ?? '');
      if (identifier !== null)
        return json(200, [...people.values()].filter(({ words }) => words.email === identifier).map(identity));
      const missing = { error: { code: 404, message: 'Unable to locate the resource', reason: request.path } };
      if (person === undefined) return json(404, missing);
      const refusal = { error: { code: 400, message: 'does not match its schema', reason: traitsOf(person) } };
      if (request.method === 'PATCH' && person.isRefused) return json(400, refusal);
      if (request.method === 'PATCH') {
        const operations = patchBody.parse(JSON.parse(request.body)).map(({ path, value }) => [path, value]);
        written.set(person.id, { ...written.get(person.id), ...Object.fromEntries(operations) });
      }
      return json(200, identity(person));
    };
    answer()(response, request);
  };
}

const createBody = z.object({ userReference: z.string(), customerInternalReference: z.string() });

/** What Jumio says once it has decided: a warning, and everything that it read. */
function details({ id, accountId, reference, person }: Execution, completedAt: string): object {
  const { words } = person;
  const finding = (label: string, type = 'WARNING') => ({ decision: { type, details: { label } } });
  const data = { firstName: words.name, lastName: words.name, documentNumber: words.document };
  return {
    account: { id: accountId },
    workflow: {
      id,
      status: 'PROCESSED',
      definitionKey: '10011',
      userReference: reference,
      customerInternalReference: person.id,
    },
    completedAt,
    credentials: [
      { id: 'document', category: 'ID', parts: [{ classifier: 'FRONT', href: `https://x/${words.label}` }] },
    ],
    decision: { type: 'WARNING', details: { label: 'WARNING' }, risk: { score: 50 } },
    capabilities: {
      extraction: [{ ...finding('OK', 'PASSED'), data }],
      imageChecks: [finding('DIGITAL_COPY'), finding(words.label)],
      watchlistScreening: [{ ...finding('ALERT'), data: { searchId: words.document, name: words.name } }],
      [words.label]: [finding(words.label)],
    },
  };
}

function jumioOf(people: ReadonlyMap<string, Person>, executions: Execution[], now: () => number): Responder {
  const create = (body: string): Responder => {
    const { userReference: reference, customerInternalReference } = createBody.parse(JSON.parse(body));
    const person = people.get(customerInternalReference);
    if (person === undefined || person.isFailed) return json(500, { title: 'no', detail: person && traitsOf(person) });
    const execution = { id: randomUUID(), accountId: randomUUID(), reference, person };
    executions.push(execution);
    const credentials = [{ id: 'document', category: 'ID', api: { token: CANARIES.transactionToken } }];
    return json(200, {
      account: { id: execution.accountId },
      web: { href: HOSTED_LINK },
      sdk: { token: CANARIES.sdkToken },
      workflowExecution: { id: execution.id, credentials },
    });
  };
  return (response, request) => {
    const execution = executions.find(({ id }) => request.path.includes(id));
    const found = execution && details(execution, new Date(now()).toISOString());
    const answer = request.method === 'GET' ? json(found === undefined ? 404 : 200, found ?? {}) : create(request.body);
    answer(response, request);
  };
}

/** Keeps what a server sends. */
function recorded(respond: Responder, served: string[]): Responder {
  return (response, request) => {
    const sent = vi.spyOn(response, 'end');
    respond(response, request);
    served.push(...sent.mock.calls.map(([body]) => String(body)));
  };
}

/** Starts everything until the test ends. */
export async function startCanaryWorld(): Promise<CanaryWorld> {
  const people = new Map<string, Person>();
  const executions: Execution[] = [];
  const served: string[] = [];
  let service: TestService | undefined;
  const now = () => service?.clock.now() ?? Date.now();
  const jumio = await startJumioServer({
    token: json(200, { access_token: CANARIES.bearerToken, expires_in: 3600 }),
    api: recorded(jumioOf(people, executions, now), served),
  });
  const kratos = await startKratosServer({ api: recorded(kratosOf(people, now), served) });
  const [issuer, shop] = [await startEidIssuer(), await startShop()];
  const env = {
    OPERATORS: operatorsYaml(),
    WEBHOOKS: webhooks([shop]),
    EID_PROVIDERS: `mobile: { issuer: "${issuer.issuer}", client_id: bridge, levels: [loa-3] }`,
    POLICY: 'rules: [{ then: allow }]\nevidence: { mobile: [loa-3] }',
    JUMIO_AUTH_URL: `${jumio.url}/oauth2/token`,
    JUMIO_API_BASE_URL: jumio.url,
    KRATOS_ADMIN_URL: kratos.url,
    KRATOS_PUBLIC_URL: kratos.url,
  };
  const watched = await buildWatchedService({
    env,
    ctx: (ctx, real) => ({ ...ctx, jumio: real.jumio, kratos: real.kratos }),
  });
  service = watched.service;
  const own = watched.service;
  onTestFinished(async () => {
    await own.close();
    await Promise.all([jumio.close(), kratos.close()]);
  });
  return {
    ...watched,
    shop,
    issuer,
    jumio,
    served: () => served.join('\n'),
    know: (person) => people.set(person.id, person),
    callbackOf: ({ id, words }) => {
      const { id: executionId, reference } = executions.findLast(({ person }) => person.id === id) ?? {};
      const workflowExecution = { id: executionId, status: 'PROCESSED' };
      return JSON.stringify({ userReference: reference, workflowExecution, person: words });
    },
    browserOf: (role) => openBrowser(own, `ory_kratos_session=${CANARIES.cookie}-${role}`),
  };
}
