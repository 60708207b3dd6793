import { z } from 'zod';
import { type Browser, createBrowser } from './browser.ts';
import {
  csrfTokenOf,
  type Flow,
  type FlowError,
  flowShape,
  messagesOf,
  readFlow,
  readStoredError,
  readSubmitted,
  type UiMessage,
} from './forms.ts';
import { type Answer, send } from './loopback.ts';

/** The URLs of a Kratos. */
export interface KratosUrls {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** The client that a person uses: a native app, a single-page app, or a browser that sends HTML forms. */
export interface Visitor {
  readonly as: 'api' | 'spa' | 'browser';
  /** Holds the cookies of `spa` and `browser`; by default a new one. */
  readonly browser?: Browser;
  readonly returnTo?: string;
  /** Sent with the submitted form only. */
  readonly headers?: Record<string, string>;
  readonly transientPayload?: Record<string, string>;
  /** Sign in again in spite of a session. */
  readonly refresh?: boolean;
}

/** The result of a flow. */
export interface Outcome {
  /** The status of the answer to the submitted form. */
  readonly status: number;
  /** Whether a session was issued: a token (api) or a cookie (spa, browser). */
  readonly signedIn: boolean;
  /** The messages for the person; fetched from the flow where the answer was a redirect. */
  readonly messages: UiMessage[];
  readonly error?: FlowError;
  readonly identityId?: string;
  readonly sessionToken?: string;
  /** Where the person is redirected to. */
  readonly location?: string;
  readonly browser: Browser;
}

type Kind = 'registration' | 'login';

/** Signs a person up with a password. Never throws for a refusal. */
export function signUp(kratos: KratosUrls, person: Person, visitor: Visitor): Promise<Outcome> {
  const { email, password } = person;
  const json = { method: 'password', traits: { email }, password };
  return submitNewFlow(kratos, 'registration', visitor, json, { method: 'password', 'traits.email': email, password });
}

/** Signs a person in with a password. Never throws for a refusal. */
export function signIn(kratos: KratosUrls, person: Person, visitor: Visitor): Promise<Outcome> {
  const fields = { method: 'password', identifier: person.email, password: person.password };
  return submitNewFlow(kratos, 'login', visitor, fields, fields);
}

const recoveryCode = z.object({ recovery_link: z.string(), recovery_code: z.string() });

/** Recovers an account with a code of the admin API, as a help desk does. Never throws for a refusal. */
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

/** Fetches a flow of a browser, as the page of the flow does. */
async function fetchFlow(kratos: KratosUrls, kind: Kind | 'recovery', flowId: string, browser: Browser): Promise<Flow> {
  const url = `${kratos.publicUrl}/self-service/${kind}/flows?id=${flowId}`;
  return readFlow(await browser.get(url, { headers: { accept: 'application/json' } }));
}

type Json = Record<string, unknown>;

type Fields = Record<string, string>;

async function submitNewFlow(
  kratos: KratosUrls,
  kind: Kind,
  visitor: Visitor,
  json: Json,
  form: Fields,
): Promise<Outcome> {
  const browser = visitor.browser ?? createBrowser();
  const flow = await createFlow(kratos, kind, visitor, browser);
  const payload = visitor.transientPayload;
  const whole = payload === undefined ? json : { ...json, transient_payload: payload };
  const flat = Object.entries(payload ?? {}).map(([name, value]) => [`transient_payload.${name}`, value]);
  return submit(kratos, kind, flow, { ...visitor, browser }, whole, { ...form, ...Object.fromEntries(flat) });
}

async function createFlow(kratos: KratosUrls, kind: Kind, visitor: Visitor, browser: Browser): Promise<Flow> {
  const url = new URL(`/self-service/${kind}/${visitor.as === 'api' ? 'api' : 'browser'}`, kratos.publicUrl);
  if (visitor.returnTo !== undefined) url.searchParams.set('return_to', visitor.returnTo);
  if (visitor.refresh) url.searchParams.set('refresh', 'true');
  const json = { accept: 'application/json' };
  if (visitor.as === 'api') return readFlow(await send({ method: 'GET', url: url.href, headers: json }));
  if (visitor.as === 'spa') return readFlow(await browser.get(url.href, { headers: json }));
  const { location, status } = await browser.get(url.href);
  const flowId = location === undefined ? null : new URL(location).searchParams.get('flow');
  if (flowId === null) throw new Error(`${url.href} answered ${status} and redirected to ${location}, not to a flow`);
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

const JSON_HEADERS = { accept: 'application/json' };

/** The result that an answer to a submitted flow stands for: a redirect (always in a browser, sometimes elsewhere) or JSON. */
export function outcomeOf(kratos: KratosUrls, kind: string, answer: Answer, browser: Browser): Promise<Outcome> {
  if (answer.location === undefined) return outcomeOfJson(kratos, answer, browser);
  return outcomeOfRedirect(kratos, kind, answer, answer.location, browser);
}

async function outcomeOfJson(kratos: KratosUrls, answer: Answer, browser: Browser): Promise<Outcome> {
  const body = readSubmitted(answer);
  const redirect = body.continue_with?.find((each) => each.action === 'redirect_browser_to');
  const location = redirect?.redirect_browser_to ?? body.redirect_browser_to;
  const identityId = body.session?.identity?.id ?? body.identity?.id;
  return {
    status: answer.status,
    signedIn: body.session_token !== undefined || (await hasSession(kratos, browser)),
    messages: messagesOf(body.ui),
    browser,
    ...(body.error === undefined ? {} : { error: body.error }),
    ...(identityId === undefined ? {} : { identityId }),
    ...(body.session_token === undefined ? {} : { sessionToken: body.session_token }),
    ...(location === undefined ? {} : { location }),
  };
}

/** A redirect leads back to the form, to the error page, or to the next page. */
async function outcomeOfRedirect(
  kratos: KratosUrls,
  kind: string,
  answer: Answer,
  location: string,
  browser: Browser,
): Promise<Outcome> {
  const { status } = answer;
  const signedIn = await hasSession(kratos, browser);
  const common = { status, signedIn, browser, location };
  const query = new URL(location).searchParams;
  // A refused recovery leads to another flow than the submitted one, and for a JSON client to the URL of the flow itself.
  const flow = await fetchIfAny(
    browser,
    `${kratos.publicUrl}/self-service/${kind}/flows`,
    query.get('flow') ?? query.get('id'),
  );
  if (flow !== undefined) return { ...common, messages: messagesOf(flowShape.parse(flow.json()).ui) };
  const stored = await fetchIfAny(browser, `${kratos.publicUrl}/self-service/errors`, query.get('id'));
  if (stored !== undefined) return { ...common, messages: [], ...readStoredError(stored) };
  const me = signedIn ? await whoami(kratos, { browser }) : undefined;
  return { ...common, messages: [], ...(me?.session === undefined ? {} : { identityId: me.session.identity.id }) };
}

async function fetchIfAny(browser: Browser, url: string, id: string | null): Promise<Answer | undefined> {
  if (id === null) return undefined;
  const answer = await browser.get(`${url}?id=${id}`, { headers: JSON_HEADERS });
  return answer.status === 200 ? answer : undefined;
}

async function hasSession(kratos: KratosUrls, browser: Browser): Promise<boolean> {
  return (await browser.cookies(kratos.publicUrl)).includes('ory_kratos_session=');
}

const sessionShape = z.object({
  active: z.boolean(),
  identity: z.object({ id: z.string(), metadata_public: z.unknown() }),
});

/** The answer of `/sessions/whoami`; `session` only where the status is 200. */
export interface Whoami {
  readonly status: number;
  readonly session?: z.infer<typeof sessionShape>;
}

/** Asks Kratos for the session, as an application does: by session token or by the browser's cookies. */
export async function whoami(kratos: KratosUrls, by: { sessionToken: string } | { browser: Browser }): Promise<Whoami> {
  const url = `${kratos.publicUrl}/sessions/whoami`;
  const answer =
    'browser' in by
      ? await by.browser.get(url, { headers: JSON_HEADERS })
      : await send({ method: 'GET', url, headers: { ...JSON_HEADERS, 'x-session-token': by.sessionToken } });
  if (answer.status !== 200) return { status: answer.status };
  return { status: 200, session: sessionShape.parse(answer.json()) };
}
