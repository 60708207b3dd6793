import type { FastifyRequest } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { type Answer, send } from '../kratos/client/loopback.ts';
import { inOwnWords, START_AGAIN } from './explanations.ts';
import { type Assurance, type Jumio, readAssurance, readJumio } from './status.ts';

const message = z.object({ id: z.number(), text: z.string() });

const node = z.object({
  group: z.string().optional(),
  attributes: z.object({
    name: z.string().optional(),
    type: z.string().optional(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
    required: z.boolean().optional(),
    autocomplete: z.string().optional(),
  }),
  messages: z.array(message).nullish(),
  meta: z.object({ label: z.object({ text: z.string() }).optional() }).optional(),
});

/** What this application needs of a Kratos flow to show its form. */
export const uiFlow = z.object({
  ui: z.object({ action: z.string(), nodes: z.array(node), messages: z.array(message).nullish() }),
});

export type UiFlow = z.infer<typeof uiFlow>;

type Node = z.infer<typeof node>;

const LABELS: Readonly<Record<string, string>> = {
  'traits.email': 'E-mail address',
  identifier: 'E-mail address',
  password: 'Password',
  code: 'Code',
};

const AUTOCOMPLETE: Readonly<Record<string, string>> = { 'traits.email': 'email', identifier: 'username' };

function field(node: Node, name: string, type: string): string {
  const { value = '', required, autocomplete = AUTOCOMPLETE[name] ?? 'off' } = node.attributes;
  const label = LABELS[name] ?? node.meta?.label?.text ?? name;
  return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${value}"
autocomplete="${autocomplete}"${required ? ' required' : ''}></p>`;
}

function input(node: Node, submitText: string): string {
  const { name, type = 'text', value = '' } = node.attributes;
  if (name === undefined) return '';
  if (type === 'hidden') return html`<input type="hidden" name="${name}" value="${value}">`;
  if (type !== 'submit' && type !== 'button') return field(node, name, type);
  const text = name === 'provider' ? (node.meta?.label?.text ?? value) : value;
  return html`<p><button name="${name}" value="${value}">${name === 'method' ? submitText : text}</button></p>`;
}

/** Everything that Kratos wants the person to read: about the whole flow, then about its fields. */
function messagesOf({ ui }: UiFlow): z.infer<typeof message>[] {
  return [...(ui.messages ?? []), ...ui.nodes.flatMap((each) => each.messages ?? [])];
}

/** Whether the service's gate refused: its messages have numbers of their own, whatever the language. */
export function isRefusedByGate(flow: UiFlow): boolean {
  return messagesOf(flow).some(({ id }) => id >= 4990001 && id <= 4990099);
}

/** After a way through a provider that led nowhere Kratos leaves a sign-up its providers, and no other way to go on. */
function isLeftOver({ ui: { nodes } }: UiFlow): boolean {
  const goesOn = nodes.filter(({ attributes: { type } }) => type === 'submit');
  return goesOn.length > 0 && goesOn.every(({ group }) => group === 'oidc');
}

/** The form of a flow. A button that would send another code, to an address where nobody reads, is left out. */
export function formOf(flow: UiFlow, submitText: string): string {
  const { action, nodes } = flow.ui;
  const kept = nodes.filter(({ attributes: { name, type } }) => !(type === 'submit' && name === 'email'));
  const said = messagesOf(flow).map(
    ({ text }) => html`<p class="message" role="alert">${inOwnWords(text) ?? text}</p>`,
  );
  if (isLeftOver(flow)) return html`!${said}!${START_AGAIN}`;
  const shown = kept.filter(({ group }) => group !== 'oidc').map((each) => input(each, submitText));
  return html`!${said}<form method="post" action="${action}">!${shown}</form>!${otherAccounts(flow)}`;
}

/** Who comes with an account of elsewhere fills in nothing: a form of its own, which no empty field holds up. */
function otherAccounts({ ui: { action, nodes } }: UiFlow): string {
  const buttons = nodes.filter(({ group }) => group === 'oidc');
  if (buttons.length === 0) return '';
  const token = nodes.filter(({ attributes: { name } }) => name === 'csrf_token');
  const inputs = [...token, ...buttons].map((each) => input(each, ''));
  return html`<form method="post" action="${action}"><p>or, with an electronic identity:</p>!${inputs}</form>`;
}

const session = z.object({
  identity: z.object({
    id: z.string(),
    traits: z.object({ email: z.string() }),
    metadata_public: z.unknown(),
    created_at: z.string(),
    updated_at: z.string(),
  }),
});

const logout = z.object({ logout_url: z.string() });

const stored = z.object({ error: z.object({ reason: z.string().optional(), message: z.string().optional() }) });

const recovery = z.object({ recovery_link: z.string(), recovery_code: z.string() });

/** Who is signed in, as Kratos says. */
export interface Me {
  readonly id: string;
  readonly email: string;
  readonly jumio: Jumio;
  readonly assurance: Assurance;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Asks Kratos on behalf of a browser: with its cookies. */
export function ask(request: FastifyRequest, url: string): Promise<Answer> {
  const { cookie } = request.headers;
  return send({ method: 'GET', url, headers: { accept: 'application/json', ...(cookie ? { cookie } : {}) } });
}

export async function whoIs(request: FastifyRequest, kratosUrl: string): Promise<Me | undefined> {
  const answer = await ask(request, `${kratosUrl}/sessions/whoami`);
  if (answer.status !== 200) return undefined;
  const { id, traits, metadata_public, created_at, updated_at } = session.parse(answer.json()).identity;
  const read = { jumio: readJumio(metadata_public), assurance: readAssurance(metadata_public) };
  return { id, email: traits.email, ...read, createdAt: created_at, updatedAt: updated_at };
}

/** Where signing out leads; undefined where nobody is signed in. */
export async function logoutUrl(request: FastifyRequest, kratosUrl: string): Promise<string | undefined> {
  const answer = await ask(request, `${kratosUrl}/self-service/logout/browser`);
  return answer.status === 200 ? logout.parse(answer.json()).logout_url : undefined;
}

/** What Kratos wants a person to know for whom it had no form. */
export async function errorText(request: FastifyRequest, kratosUrl: string, id: string): Promise<string | undefined> {
  const answer = await ask(request, `${kratosUrl}/self-service/errors?id=${encodeURIComponent(id)}`);
  const error = answer.status === 200 ? stored.safeParse(answer.json()).data?.error : undefined;
  return error?.reason ?? error?.message;
}

/** What the help desk does for who has lost the password: a code, and the page to enter it on. */
export async function recoveryCode(adminUrl: string, id: string): Promise<{ page: string; code: string }> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ identity_id: id });
  const answer = await send({ method: 'POST', url: `${adminUrl}/admin/recovery/code`, headers, body });
  const { recovery_link, recovery_code } = recovery.parse(answer.json());
  return { page: recovery_link, code: recovery_code };
}
