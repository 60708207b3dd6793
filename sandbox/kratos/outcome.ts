import { z } from 'zod';
import type { Browser } from './browser.ts';
import { flowShape, messagesOf, readStoredError, readSubmitted } from './flow-shapes.ts';
import type { KratosUrls, Outcome } from './flows.ts';
import { type Answer, send } from './loopback.ts';

const JSON_PLEASE = { accept: 'application/json' };

/** What the answer to a submitted flow means: a redirect (always in a browser, sometimes elsewhere) or JSON. */
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

/** Back to the form, to the error page, or on. */
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
  // A refused recovery leads to another flow than the one submitted, and a JSON client to the flow's own address.
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
  const answer = await browser.get(`${url}?id=${id}`, { headers: JSON_PLEASE });
  return answer.status === 200 ? answer : undefined;
}

async function hasSession(kratos: KratosUrls, browser: Browser): Promise<boolean> {
  return (await browser.cookies(kratos.publicUrl)).includes('ory_kratos_session=');
}

const sessionShape = z.object({
  active: z.boolean(),
  identity: z.object({ id: z.string(), metadata_public: z.unknown() }),
});

/** What `/sessions/whoami` says; `session` only where the status is 200. */
export interface Whoami {
  readonly status: number;
  readonly session?: z.infer<typeof sessionShape>;
}

/** Asks Kratos who this is, as the application does: by session token or by the browser's cookies. */
export async function whoami(kratos: KratosUrls, by: { sessionToken: string } | { browser: Browser }): Promise<Whoami> {
  const url = `${kratos.publicUrl}/sessions/whoami`;
  const answer =
    'browser' in by
      ? await by.browser.get(url, { headers: JSON_PLEASE })
      : await send({ method: 'GET', url, headers: { ...JSON_PLEASE, 'x-session-token': by.sessionToken } });
  if (answer.status !== 200) return { status: answer.status };
  return { status: 200, session: sessionShape.parse(answer.json()) };
}
