import { z } from 'zod';
import type { Browser } from '../kratos/client/browser.ts';
import type { KratosUrls } from '../kratos/client/flows.ts';
import { csrfTokenOf, type Flow, messagesOf, readFlow, type UiMessage } from '../kratos/client/forms.ts';
import type { Answer } from '../kratos/client/loopback.ts';

/** What the person enters on the provider's page (`confirm-page.ts`). */
export interface AppChoice {
  /** The id of the account at the provider. */
  readonly sub: string;
  /** `level:<acr>`, `none`, `late` or `deny`. */
  readonly choice: string;
}

/** The result of a flow with an eID. */
export interface EidOutcome {
  /** Where the last redirect leads. */
  readonly url: string;
  /** The messages that are shown there. */
  readonly messages: readonly UiMessage[];
  /** Every URL that was redirected to. */
  readonly redirects: readonly string[];
}

const MAX_REDIRECTS = 10;

type FlowKind = 'registration' | 'login' | 'settings';

async function fetchFlow({ publicUrl }: KratosUrls, kind: FlowKind, id: string, browser: Browser) {
  const url = `${publicUrl}/self-service/${kind}/flows?id=${id}`;
  return readFlow(await browser.get(url, { headers: { accept: 'application/json' } }));
}

async function startFlow(kratos: KratosUrls, kind: FlowKind, browser: Browser) {
  const { location = '' } = await browser.get(`${kratos.publicUrl}/self-service/${kind}/browser`);
  return fetchFlow(kratos, kind, new URL(location).searchParams.get('flow') ?? '', browser);
}

/** Follows redirects between Kratos and the provider, where the person confirms, until one leads to another host. */
async function follow(kratos: KratosUrls, first: Answer, app: AppChoice, browser: Browser): Promise<string[]> {
  const redirects: string[] = [];
  let answer = first;
  while (answer.location !== undefined && redirects.length < MAX_REDIRECTS) {
    redirects.push(answer.location);
    const { hostname } = new URL(answer.location);
    const isProvider = hostname === '127.0.0.1';
    if (!isProvider && !answer.location.startsWith(kratos.publicUrl)) return redirects;
    answer = await browser.get(answer.location);
    if (answer.url.includes('/interaction/')) answer = await browser.post(answer.url, { form: { ...app } });
  }
  return redirects;
}

const errors = z.object({ error: z.object({ message: z.string() }).loose() }).loose();

async function messagesAt(
  kratos: KratosUrls,
  kind: FlowKind,
  url: string,
  browser: Browser,
): Promise<readonly UiMessage[]> {
  const query = new URL(url).searchParams;
  const [flow, error] = [query.get('flow'), query.get('id')];
  if (flow !== null) return messagesOf((await fetchFlow(kratos, kind, flow, browser)).ui);
  if (error === null) return [];
  const answer = await browser.get(`${kratos.publicUrl}/self-service/errors?id=${error}`);
  return [{ id: 0, type: 'error', text: errors.parse(answer.json()).error.message }];
}

async function submitFlow(
  kratos: KratosUrls,
  kind: FlowKind,
  fields: Record<string, string>,
  app: AppChoice,
  browser: Browser,
): Promise<EidOutcome> {
  return submitTo(kratos, kind, await startFlow(kratos, kind, browser), fields, app, browser);
}

async function submitTo(
  kratos: KratosUrls,
  kind: FlowKind,
  flow: Flow,
  fields: Record<string, string>,
  app: AppChoice,
  browser: Browser,
): Promise<EidOutcome> {
  const form = { method: 'oidc', csrf_token: csrfTokenOf(flow), ...fields };
  const redirects = await follow(kratos, await browser.post(flow.ui.action, { form }), app, browser);
  const url = redirects.at(-1) ?? '';
  return { url, redirects, messages: url === '' ? [] : await messagesAt(kratos, kind, url, browser) };
}

/** Signs up or in with an eID: in both flows it is the same button. */
export function signInWithEid(
  kratos: KratosUrls,
  kind: 'registration' | 'login',
  provider: string,
  app: AppChoice,
  browser: Browser,
): Promise<EidOutcome> {
  return submitFlow(kratos, kind, { provider }, app, browser);
}

/** Answers what Kratos asks for on a form of the sign-up, because the provider does not know it: the traits that are missing. */
export async function completeSignUp(
  kratos: KratosUrls,
  provider: string,
  asked: Pick<EidOutcome, 'url'>,
  traits: Readonly<Record<string, string>>,
  app: AppChoice,
  browser: Browser,
): Promise<EidOutcome> {
  const id = new URL(asked.url).searchParams.get('flow') ?? '';
  const flow = await fetchFlow(kratos, 'registration', id, browser);
  const fields = Object.fromEntries(Object.entries(traits).map(([name, value]) => [`traits.${name}`, value]));
  return submitTo(kratos, 'registration', flow, { provider, ...fields }, app, browser);
}

/** Links an eID to the account of the browser's session. */
export function linkEid(kratos: KratosUrls, provider: string, app: AppChoice, browser: Browser): Promise<EidOutcome> {
  return submitFlow(kratos, 'settings', { link: provider }, app, browser);
}

/** Removes an eID from the account of the browser's session. */
export function unlinkEid(kratos: KratosUrls, provider: string, browser: Browser): Promise<EidOutcome> {
  return submitFlow(kratos, 'settings', { unlink: provider }, { sub: '', choice: '' }, browser);
}
