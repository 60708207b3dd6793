import { z } from 'zod';
import type { Browser } from '../kratos/browser.ts';
import { csrfTokenOf, readFlow, type UiMessage } from '../kratos/flow-shapes.ts';
import type { KratosUrls } from '../kratos/flows.ts';
import type { Answer } from '../kratos/loopback.ts';

/** What the person does in the app: see `page.ts`. */
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

type Kind = 'registration' | 'login' | 'settings';

async function flowOf({ publicUrl }: KratosUrls, kind: Kind, id: string, browser: Browser) {
  const url = `${publicUrl}/self-service/${kind}/flows?id=${id}`;
  return readFlow(await browser.get(url, { headers: { accept: 'application/json' } }));
}

async function begin(kratos: KratosUrls, kind: Kind, browser: Browser) {
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

async function told(kratos: KratosUrls, kind: Kind, url: string, browser: Browser): Promise<readonly UiMessage[]> {
  const query = new URL(url).searchParams;
  const [flow, error] = [query.get('flow'), query.get('id')];
  if (flow !== null) return (await flowOf(kratos, kind, flow, browser)).ui.messages ?? [];
  if (error === null) return [];
  const answer = await browser.get(`${kratos.publicUrl}/self-service/errors?id=${error}`);
  return [{ id: 0, type: 'error', text: errors.parse(answer.json()).error.message }];
}

async function go(
  kratos: KratosUrls,
  kind: Kind,
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
