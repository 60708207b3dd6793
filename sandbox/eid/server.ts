import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { html } from 'ghtml';
import type { JWK } from 'jose';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Browser } from '../kratos/client/browser.ts';
import type { KratosUrls } from '../kratos/client/flows.ts';
import { csrfTokenOf, readFlow, type UiMessage } from '../kratos/client/forms.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import { type Kind, MANNERS, type Manner } from './kinds.ts';
import { type ClientOptions, createProvider, signingKey } from './provider.ts';

/** One provider at one address, and what a test may do to it. */
export interface EidProvider {
  readonly kind: Kind;
  readonly issuer: string;
  /** Its JWKS answers 503 until it is told otherwise. */
  hideKeys(hidden: boolean): void;
  /** Signs with a new key from now on; the old one is gone from the key set. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

interface State {
  provider: Provider;
  keysHidden: boolean;
  /** The code of the last confirmation has expired, however often it is presented. */
  isLate: boolean;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function decide(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fields = new URLSearchParams(await text(request));
  const [verb, ...rest] = (fields.get('choice') ?? '').split(':');
  state.isLate = verb === 'late';
  if (verb === 'deny') {
    const result = { error: 'access_denied', error_description: 'the person refused in the app' };
    return state.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const level = verb === 'level' ? { acr: rest.join(':') } : {};
  const login = { accountId: fields.get('sub') ?? 'demo', remember: false, ...level };
  return state.provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function handle(state: State, manner: Manner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://eid').pathname;
  if (path.startsWith('/interaction/') && request.method === 'POST') return decide(state, request, response);
  if (path.startsWith('/interaction/'))
    return answer(response, 200, 'text/html; charset=utf-8', confirmPage(manner, path.slice('/interaction/'.length)));
  if (path === '/jwks' && state.keysHidden) return answer(response, 503, 'text/plain', 'the keys are not to be had');
  if (path === '/token' && state.isLate)
    return answer(response, 400, 'application/json', JSON.stringify({ error: 'invalid_grant' }));
  await state.provider.callback()(request, response);
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  // By number: Kratos calls it too, and resolvers of operating systems may not know `*.localhost`.
  return `http://127.0.0.1:${address.port}`;
}

/** Starts an eID provider that behaves like itsme or IDEMIA. @param port 0 takes a free one */
export async function startEidProvider(kind: Kind, client: ClientOptions, port = 0): Promise<EidProvider> {
  const manner = MANNERS[kind];
  const keys: JWK[] = [await signingKey('1')];
  let generation = 1;
  const server = createServer();
  const issuer = await listen(server, port);
  const state: State = { provider: createProvider(issuer, manner, client, keys), keysHidden: false, isLate: false };
  server.on('request', (request, response) => {
    handle(state, manner, request, response).catch((error: unknown) => {
      answer(response, 500, 'text/plain', error instanceof Error ? error.message : 'unknown');
    });
  });
  return {
    kind,
    issuer,
    hideKeys: (hidden) => {
      state.keysHidden = hidden;
    },
    rotateKeys: async () => {
      generation += 1;
      state.provider = createProvider(issuer, manner, client, [await signingKey(String(generation))]);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the person does in the app: the pages below. */
export interface InTheApp {
  /** The name of the account at the provider. */
  readonly sub: string;
  /** `level:<acr>`, `none`, `late` or `deny`. */
  readonly choice: string;
}

/** Where a visit ended, and what the person is told there. */
export interface Ended {
  readonly url: string;
  readonly messages: readonly UiMessage[];
  /** Every address on the way. */
  readonly way: readonly string[];
}

const MOST_HOPS = 10;

type FlowKind = 'registration' | 'login' | 'settings';

async function flowOf({ publicUrl }: KratosUrls, kind: FlowKind, id: string, browser: Browser) {
  const url = `${publicUrl}/self-service/${kind}/flows?id=${id}`;
  return readFlow(await browser.get(url, { headers: { accept: 'application/json' } }));
}

async function begin(kratos: KratosUrls, kind: FlowKind, browser: Browser) {
  const { location = '' } = await browser.get(`${kratos.publicUrl}/self-service/${kind}/browser`);
  return flowOf(kratos, kind, new URL(location).searchParams.get('flow') ?? '', browser);
}

/** Follows redirects through the provider, where the person confirms, and back to whoever is neither of the two. */
async function follow(kratos: KratosUrls, first: Answer, app: InTheApp, browser: Browser): Promise<string[]> {
  const way: string[] = [];
  let answer = first;
  while (answer.location !== undefined && way.length < MOST_HOPS) {
    way.push(answer.location);
    const { hostname } = new URL(answer.location);
    const isProvider = hostname === '127.0.0.1';
    if (!isProvider && !answer.location.startsWith(kratos.publicUrl)) return way;
    answer = await browser.get(answer.location);
    if (answer.url.includes('/interaction/')) answer = await browser.post(answer.url, { form: { ...app } });
  }
  return way;
}

const errors = z.object({ error: z.object({ message: z.string() }).loose() }).loose();

async function told(kratos: KratosUrls, kind: FlowKind, url: string, browser: Browser): Promise<readonly UiMessage[]> {
  const query = new URL(url).searchParams;
  const [flow, error] = [query.get('flow'), query.get('id')];
  if (flow !== null) return (await flowOf(kratos, kind, flow, browser)).ui.messages ?? [];
  if (error === null) return [];
  const answer = await browser.get(`${kratos.publicUrl}/self-service/errors?id=${error}`);
  return [{ id: 0, type: 'error', text: errors.parse(answer.json()).error.message }];
}

async function go(
  kratos: KratosUrls,
  kind: FlowKind,
  fields: Record<string, string>,
  app: InTheApp,
  browser: Browser,
): Promise<Ended> {
  const flow = await begin(kratos, kind, browser);
  const form = { method: 'oidc', csrf_token: csrfTokenOf(flow), ...fields };
  const way = await follow(kratos, await browser.post(flow.ui.action, { form }), app, browser);
  const url = way.at(-1) ?? '';
  return { url, way, messages: url === '' ? [] : await told(kratos, kind, url, browser) };
}

/** Signs up, or in: with an eID it is the same button. */
export function enterBy(
  kratos: KratosUrls,
  kind: 'registration' | 'login',
  provider: string,
  app: InTheApp,
  browser: Browser,
): Promise<Ended> {
  return go(kratos, kind, { provider }, app, browser);
}

export function linkEid(kratos: KratosUrls, provider: string, app: InTheApp, browser: Browser): Promise<Ended> {
  return go(kratos, 'settings', { link: provider }, app, browser);
}

export function unlinkEid(kratos: KratosUrls, provider: string, browser: Browser): Promise<Ended> {
  return go(kratos, 'settings', { unlink: provider }, { sub: '', choice: '' }, browser);
}

/** The demo's look, and buttons that are as wide as a phone. */
const STYLE = `${readFileSync(new URL('../app/app.css', import.meta.url), 'utf8')}
main { max-width: 34rem; margin: 1rem auto; } button { width: 100%; text-align: left; }
button small { display: block; font-weight: 400; }`;

function choice(value: string, words: string, comesOfIt = 'nobody is signed up'): string {
  return html`<p><button name="choice" value="${value}">${words}<small>${comesOfIt}</small></button></p>`;
}

/** What a person would confirm in the app: here they pick who they are and at which level, or refuse. */
export function confirmPage(manner: Manner, uid: string): string {
  const choices = [
    ...manner.levels.map((level) => choice(`level:${level}`, `Confirm, at level ${level}`, manner.comesOf(level))),
    choice('none', 'Confirm, and say no level', manner.comesOf(undefined)),
    choice('late', 'Confirm so late that the code has expired'),
    choice('deny', 'Refuse'),
  ];
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>${manner.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>!${STYLE}</style>
<body><main class="card">
<h1>${manner.title}</h1><p>In the real world this is the app on your phone. The level that you pick is granted whatever was asked for.</p>
<form method="post" action="/interaction/${uid}">
<p><label>Who you are <input name="sub" value="anna" pattern="[a-z]+(#[0-9]+)?" required></label><br>
<small>The same name is the same account; <code>anna#2</code> is Anna after she deleted her account and made a new one.</small></p>
!${choices}
</form></main></body></html>`;
}
