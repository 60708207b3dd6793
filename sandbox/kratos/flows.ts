import { z } from 'zod';
import { type Browser, createBrowser } from './browser.ts';
import { csrfTokenOf, type Flow, type FlowError, readFlow, type UiMessage } from './flow-shapes.ts';
import { type Answer, send } from './loopback.ts';
import { outcomeOf } from './outcome.ts';

/** Where a Kratos is. */
export interface KratosUrls {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** How a person comes to Kratos: with a native app, a single-page app, or a browser that only knows HTML forms. */
export interface Visitor {
  readonly as: 'api' | 'spa' | 'browser';
  /** Keeps the cookies of `spa` and `browser`; a new one when left out. */
  readonly browser?: Browser;
  readonly returnTo?: string;
  /** Sent with the submitted form only. */
  readonly headers?: Record<string, string>;
  readonly transientPayload?: Record<string, string>;
  /** Sign in again although there is a session. */
  readonly refresh?: boolean;
}

/** What came of a flow. */
export interface Outcome {
  /** The status of the answer to the submitted form. */
  readonly status: number;
  /** A session was issued: a token (api) or a cookie (spa, browser). */
  readonly signedIn: boolean;
  /** What the person is told, fetched from the flow where the answer was a redirect. */
  readonly messages: UiMessage[];
  readonly error?: FlowError;
  readonly identityId?: string;
  readonly sessionToken?: string;
  /** Where the person is sent next. */
  readonly location?: string;
  readonly browser: Browser;
}

type Kind = 'registration' | 'login';

/** Signs a person up with a password. Never throws for a refusal. */
export function signUp(kratos: KratosUrls, person: Person, visitor: Visitor): Promise<Outcome> {
  const { email, password } = person;
  const json = { method: 'password', traits: { email }, password };
  return go(kratos, 'registration', visitor, json, { method: 'password', 'traits.email': email, password });
}

/** Signs a person in with a password. Never throws for a refusal. */
export function signIn(kratos: KratosUrls, person: Person, visitor: Visitor): Promise<Outcome> {
  const fields = { method: 'password', identifier: person.email, password: person.password };
  return go(kratos, 'login', visitor, fields, fields);
}

const recoveryCode = z.object({ recovery_link: z.string(), recovery_code: z.string() });

/** Recovers an account as an operator's help desk does: with a code made by the admin API, entered by the person. */
export async function recover(kratos: KratosUrls, identityId: string, visitor: Visitor): Promise<Outcome> {
  const made = await send({
    method: 'POST',
    url: `${kratos.adminUrl}/admin/recovery/code`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity_id: identityId }),
  });
  const { recovery_link, recovery_code } = recoveryCode.parse(made.json());
  const flowId = new URL(recovery_link).searchParams.get('flow') ?? '';
  const browser = visitor.browser ?? createBrowser();
  const flow = await fetchFlow(kratos, 'recovery', flowId, browser);
  const fields = { method: 'code', code: recovery_code };
  return submit(kratos, 'recovery', flow, { ...visitor, browser }, fields, fields);
}

/** Fetches a flow of a browser, as the page that shows it does. */
async function fetchFlow(kratos: KratosUrls, kind: Kind | 'recovery', flowId: string, browser: Browser): Promise<Flow> {
  const url = `${kratos.publicUrl}/self-service/${kind}/flows?id=${flowId}`;
  return readFlow(await browser.get(url, { headers: { accept: 'application/json' } }));
}

type Json = Record<string, unknown>;
type Fields = Record<string, string>;

async function go(kratos: KratosUrls, kind: Kind, visitor: Visitor, json: Json, form: Fields): Promise<Outcome> {
  const browser = visitor.browser ?? createBrowser();
  const flow = await begin(kratos, kind, visitor, browser);
  const payload = visitor.transientPayload;
  const whole = payload === undefined ? json : { ...json, transient_payload: payload };
  const flat = Object.entries(payload ?? {}).map(([name, value]) => [`transient_payload.${name}`, value]);
  return submit(kratos, kind, flow, { ...visitor, browser }, whole, { ...form, ...Object.fromEntries(flat) });
}

async function begin(kratos: KratosUrls, kind: Kind, visitor: Visitor, browser: Browser): Promise<Flow> {
  const url = new URL(`/self-service/${kind}/${visitor.as === 'api' ? 'api' : 'browser'}`, kratos.publicUrl);
  if (visitor.returnTo !== undefined) url.searchParams.set('return_to', visitor.returnTo);
  if (visitor.refresh) url.searchParams.set('refresh', 'true');
  const json = { accept: 'application/json' };
  if (visitor.as === 'api') return readFlow(await send({ method: 'GET', url: url.href, headers: json }));
  if (visitor.as === 'spa') return readFlow(await browser.get(url.href, { headers: json }));
  const { location, status } = await browser.get(url.href);
  const flowId = location === undefined ? null : new URL(location).searchParams.get('flow');
  if (flowId === null) throw new Error(`${url.href} answered ${status} and led to ${location}, not to a flow`);
  return fetchFlow(kratos, kind, flowId, browser);
}

async function submit(
  kratos: KratosUrls,
  kind: Kind | 'recovery',
  flow: Flow,
  visitor: Visitor & { browser: Browser },
  json: Json,
  form: Fields,
): Promise<Outcome> {
  const answer = await post(flow, visitor, json, form);
  return outcomeOf(kratos, kind, answer, visitor.browser);
}

function post(flow: Flow, visitor: Visitor & { browser: Browser }, json: Json, form: Fields): Promise<Answer> {
  const { as, browser, headers = {} } = visitor;
  const { action } = flow.ui;
  const csrf_token = csrfTokenOf(flow);
  if (as === 'browser') return browser.post(action, { form: { ...form, csrf_token } }, { headers });
  const jsonHeaders = { accept: 'application/json', 'content-type': 'application/json', ...headers };
  if (as === 'spa') return browser.post(action, { json: { ...json, csrf_token } }, { headers: jsonHeaders });
  return send({ method: 'POST', url: action, headers: jsonHeaders, body: JSON.stringify(json) });
}
