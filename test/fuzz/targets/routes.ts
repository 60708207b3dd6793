import fc from 'fast-check';
import { z } from 'zod';
import { hmac } from '../../support/clients/calls.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { buildTestService, type TestService } from '../../support/service/service.ts';
import { anyBody, anyJson, anyLanguages, anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { BODY_WORDS } from '../words.ts';
import { reference } from './reference.ts';

/** The routes that take a body, and the secret that each asks for; `callback` has a proof of its own. */
const POSTS: ReadonlyMap<string, string | undefined> = new Map([
  ['/jumio/initiate', CANARIES.webhookSecret],
  ['/jumio/validate', CANARIES.webhookSecret],
  ['/eid/assurance', CANARIES.webhookSecret],
  ['/eid/link', CANARIES.webhookSecret],
  ['/jumio/decision', CANARIES.decisionSecret],
  ['/jumio/handover', CANARIES.handoverSecret],
  ['/jumio/callback', undefined],
  ['/jumio/verify', undefined],
  ['/jumio/decline', undefined],
  ['/jumio/enter', undefined],
  ['/jumio/phone', undefined],
]);

const GETS = [
  '/jumio/verify',
  '/jumio/status',
  '/jumio/enter',
  '/jumio/phone',
  '/jumio/help',
  '/jumio/authorize',
  '/health/ready',
  '/health/applied',
  '/x',
];

const request = z.object({
  route: z.string(),
  headers: z.record(z.string(), z.string()).catch({}),
  /** The body, one character for each byte; of a GET the value of each of its parameters. */
  body: z.string().catch(''),
});

type Request = z.infer<typeof request>;

function parse(input: string): Request | undefined {
  try {
    return request.safeParse(JSON.parse(input)).data;
  } catch {
    return undefined;
  }
}

/** Node ends a connection with a longer head. */
const LONGEST_HEAD = 16_384;

/** What a connection carries: names that are tokens, one byte a character, no control character but the tab. */
function headersOf({ headers }: Request): Record<string, string> {
  const sendable = Object.entries(headers).filter(([name]) => /^[\w-]+$/.test(name) && name !== 'content-length');
  return Object.fromEntries(
    sendable.map(([name, value]) => [
      name.toLowerCase(),
      Buffer.from(value.slice(0, LONGEST_HEAD), 'latin1')
        .toString('latin1')
        .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''),
    ]),
  );
}

function bearerOf(authorization = ''): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization)?.[1];
}

/** Sends a request as a connection would bring it. */
function send({ app }: TestService, { route, body }: Request, headers: Record<string, string>) {
  if (POSTS.has(route) && headers['x-method'] === undefined)
    return app.inject({ method: 'POST', url: route, headers, payload: Buffer.from(body, 'latin1') });
  const query = new URLSearchParams({ return_to: body, code: body, status: body }).toString();
  const path = GETS.includes(route) || POSTS.has(route) ? route : `/${encodeURI(Buffer.from(route).toString())}`;
  return app.inject({ method: 'GET', url: `${path}?${query}`.slice(0, LONGEST_HEAD), headers });
}

const named = z.object({ userReference: z.string() });

function isCallbackAuthentic(body: string, signature: string | undefined, keys: readonly Buffer[]): boolean {
  const bytes = Buffer.from(body, 'latin1');
  if (signature !== undefined) return signature.toLowerCase().replace(/^sha256=/, '') === hmac(bytes);
  const { userReference = '' } = named.safeParse(JSON.parse(bytes.toString())).data ?? {};
  return keys.some((key) => reference(key, userReference.slice(2, 38)) === userReference);
}

/** Whether a caller has proved who it is; written again, so that a mistake of the service is not repeated here. */
function isAuthentic({ route, body }: Request, headers: Record<string, string>, keys: readonly Buffer[]): boolean {
  if (route === '/jumio/callback') return isCallbackAuthentic(body, headers['x-jumio-signature'], keys);
  const secret = POSTS.get(route);
  const isKratos = secret === CANARIES.webhookSecret;
  const presented = [isKratos ? headers['x-webhook-secret'] : undefined, bearerOf(headers.authorization)];
  const sent = presented.filter((one) => one !== undefined);
  return secret === undefined || (sent.length > 0 && sent.every((one) => one === secret));
}

function seeds(key: Buffer): string[] {
  const id = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';
  const json = { 'content-type': 'application/json' };
  const callback = { userReference: reference(key, id), workflowExecution: { id, status: 'PROCESSED' } };
  const text = JSON.stringify(callback);
  const callbacks = [
    { route: '/jumio/callback', headers: json, body: text },
    { route: '/jumio/callback', headers: { ...json, 'x-jumio-signature': hmac(Buffer.from(text)) }, body: text },
  ];
  return callbacks.map((one) => JSON.stringify(one));
}

const authentic = (route: string) => {
  const secret = POSTS.get(route);
  const isKratos = secret === CANARIES.webhookSecret;
  return secret === undefined ? {} : isKratos ? { 'x-webhook-secret': secret } : { authorization: `Bearer ${secret}` };
};

const headers = fc.record(
  {
    'accept-language': anyLanguages,
    accept: fc.oneof(fc.constantFrom('text/html', 'application/json', '*/*;q=0'), anyText),
    cookie: fc.oneof(fc.constantFrom('ory_kratos_session=x', '__Host-jumio_handover=x.y', ';;=;'), anyText),
    'x-session-token': anyText,
    'x-jumio-signature': fc.oneof(fc.constantFrom('0'.repeat(64), ''), anyText),
    'x-forwarded-for': anyText,
    origin: fc.constantFrom('https://app.example.com', 'null', 'https://evil.example'),
  },
  { requiredKeys: [] },
);

const types = fc.constantFrom(
  'application/json',
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'x',
);

const posts = fc
  .record({
    route: fc.constantFrom(...POSTS.keys()),
    headers,
    type: types,
    isAuthentic: fc.boolean(),
    body: fc.oneof(
      anyBody,
      anyBody,
      anyJson.map((value) => JSON.stringify(value)),
      anyText,
    ),
  })
  .map(({ route, type, isAuthentic, body, ...parts }) => ({
    route,
    headers: { 'content-type': type, ...(isAuthentic ? authentic(route) : {}), ...parts.headers },
    body: Buffer.from(body).toString('latin1'),
  }));

const gets = fc.record({ route: fc.oneof(fc.constantFrom(...GETS), anyText), headers, body: anyText });

/** Returns the target of all routes: the service with a ledger of its own, without sockets and without a worker. */
export async function routes(): Promise<Target> {
  const env = { LOG_LEVEL: 'warn', PAGE_RATE: '1000000000', EID_PROVIDERS: undefined };
  const service = await buildTestService({ idle: true, env });
  Object.assign(service.waits, { signUpMs: 0, linkMs: 0, visitMs: 0 });
  const { all } = (await service.ctx.ledger.keys.ring(service.clock.now())).references;
  return {
    name: 'routes',
    share: 1,
    seeds: all.flatMap(seeds),
    dictionary: [...POSTS.keys(), ...GETS, ...BODY_WORDS, ...all.flatMap(seeds), 'content-type', 'x-webhook-secret'],
    fresh: fc.oneof({ weight: 3, arbitrary: posts }, gets).map((parts) => JSON.stringify(parts)),
    run: async (input) => {
      const parsed = parse(input);
      if (parsed === undefined) return refused('no request');
      const sent = headersOf(parsed);
      const { statusCode, body, headers: answered } = await send(service, parsed, sent);
      mustHold(statusCode < 500, `answered ${statusCode}`);
      const isDone = statusCode < 300 && POSTS.has(parsed.route);
      mustHold(!isDone || isAuthentic(parsed, sent, all), 'did what nobody authentic asked for');
      if (parsed.route === '/jumio/validate')
        mustHold(statusCode !== 429 && statusCode !== 200, `answered ${statusCode}`);
      const { location = '', 'www-authenticate': asks = '' } = answered;
      // A new one-time link is what the caller asked for.
      const isLink = parsed.route === '/jumio/handover' && statusCode === 201;
      const shown = `${isLink ? '' : body}${String(location)}${String(asks)}`;
      mustHold(findCanaries(shown).length === 0, 'an answer holds a secret');
      const kind = `${parsed.route.slice(0, 20)} ${statusCode}`;
      return statusCode < 300 ? accepted(statusCode, kind) : refused(kind, statusCode);
    },
    close: async () => {
      const leaks = findCanaries(service.logs.text());
      await service.close();
      mustHold(leaks.length === 0, `the log holds ${leaks.join()}`);
    },
  };
}
