import { html } from 'ghtml';
import { z } from 'zod';

const message = z.object({
  id: z.number(),
  text: z.string(),
  /** `info` and `success` are no mistake of anybody. */
  type: z.enum(['error', 'info', 'success']).catch('error'),
  /** `url`: where the person can go on, in a refusal of the service's gate. */
  context: z
    .object({ url: z.url({ protocol: /^https?$/ }).optional() })
    .optional()
    .catch(undefined),
});

const node = z.object({
  group: z.string().optional(),
  attributes: z.object({
    name: z.string().optional(),
    type: z.string().optional(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
    required: z.boolean().optional(),
    autocomplete: z.string().optional(),
    /** Of a script, and of a button that calls it. */
    src: z.string().optional(),
    onclick: z.string().optional(),
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
  return html`<p>!${submitButton(node, name, String(value), submitText)}</p>`;
}

/** The button of a form. The way back needs no filled-in field, and the providers are the other way to do the same. */
function submitButton({ meta }: Node, name: string, value: string, submitText: string): string {
  const button = (text: string, more = '') => html`<button name="${name}" value="${value}"!${more}>${text}</button>`;
  if (name === 'screen') return button('Back', ' class="plain" formnovalidate');
  if (name === 'provider') return button(meta?.label?.text ?? value, ' class="plain"');
  // The first of two steps: the password comes next.
  if (value === 'profile') return button('Continue');
  return button(name === 'method' ? submitText : value);
}

/** Whether this is the first of the two steps of a sign-up, which stores nothing. */
export function isFirstStep({ ui: { nodes } }: UiFlow): boolean {
  return nodes.some(({ attributes: { name, value } }) => name === 'method' && value === 'profile');
}

/** The messages of a flow: its own, then those of its fields. */
function messagesOf({ ui }: UiFlow): z.infer<typeof message>[] {
  return [...(ui.messages ?? []), ...ui.nodes.flatMap((each) => each.messages ?? [])];
}

/** Whether a message is the gate's, with an address that leads to another try. */
export function leadsOn(flow: UiFlow): boolean {
  return isRefusedByGate(flow) && messagesOf(flow).some(({ context }) => context?.url !== undefined);
}

/** Markup of a message; the address in it becomes a link, as any application can do with `context.url`. */
function textOf({ text, context }: z.infer<typeof message>): string {
  const url = context?.url;
  if (url === undefined || !text.endsWith(url)) return html`${providerErrorText(text) ?? text}`;
  return html`${text.slice(0, -url.length)}<a href="${url}">${url}</a>`;
}

/** Markup of a message: only an error looks like one. */
function messageOf(each: z.infer<typeof message>): string {
  return each.type === 'error'
    ? html`<p class="message" role="alert">!${textOf(each)}</p>`
    : html`<p class="note" role="status">!${textOf(each)}</p>`;
}

/** Whether the service's gate refused: its messages have ids of their own, the same in every language. */
export function isRefusedByGate(flow: UiFlow): boolean {
  return messagesOf(flow).some(({ id }) => id >= 4990001 && id <= 4990099);
}

/** After a sign-up with a provider Kratos leaves nothing in the flow but the buttons of the providers, and what it asks for. */
function hasOnlyProviders({ ui: { nodes } }: UiFlow): boolean {
  const buttons = nodes.filter(({ attributes: { type } }) => type === 'submit');
  return buttons.length > 0 && buttons.every(({ group }) => group === 'oidc');
}

/** The form by which Kratos asks for what the provider did not say, such as an e-mail address; empty if it asks for nothing. */
function missingTraits({ ui: { action, nodes } }: UiFlow): string {
  // Beside a refusal the fields are there too, filled in by the mapper: only a message at one of them asks for it.
  if (nodes.every(({ messages }) => (messages ?? []).length === 0)) return '';
  // The button last, as people expect it.
  const ordered = [...nodes].sort((one, other) => Number(one.group === 'oidc') - Number(other.group === 'oidc'));
  return html`<form method="post" action="${action}">!${ordered.map((each) => input(each, ''))}</form>`;
}

/** Errors of an eID provider that Kratos passes on, and the sentence that this application shows instead. */
const PROVIDER_ERRORS: readonly (readonly [string, string])[] = [
  ['access_denied', 'You did not confirm in the app. Nothing was stored, and you can start again.'],
  ['invalid_grant', 'Your confirmation came too late to count. Nothing was stored, and you can start again.'],
];

/** The application's own sentence for an error of a provider; undefined for any other message. */
export function providerErrorText(text: string): string | undefined {
  return PROVIDER_ERRORS.find(([code]) => text.includes(code))?.[1];
}

/** A link to a new flow: the failed one has only a part of its form left. */
export const START_AGAIN = html`<p><a class="button" href="/registration">Start again</a></p>`;

/** Markup of a flow's messages. */
export function messagesIn(flow: UiFlow): string {
  return html`!${messagesOf(flow).map(messageOf)}`;
}

/** Markup of a flow's messages and form. The button that sends another code is left out: no mail is delivered here. */
export function formOf(flow: UiFlow, submitText: string): string {
  const { action, nodes } = flow.ui;
  const shownNodes = nodes.filter(({ group, attributes: { name, type, src } }) => {
    const isAnotherCode = type === 'submit' && name === 'email';
    // The bank asks for a phone number where it is needed, and passkeys are added in the settings.
    const isForPayers = name === 'traits.phone' || group === 'passkey' || src !== undefined;
    return !isAnotherCode && !isForPayers;
  });
  const messages = messagesIn(flow);
  if (hasOnlyProviders(flow)) return html`!${messages}!${missingTraits(flow) || START_AGAIN}`;
  const inputs = shownNodes.filter(({ group }) => group !== 'oidc').map((each) => input(each, submitText));
  return html`!${messages}<form method="post" action="${action}">!${inputs}</form>!${providerForm(flow)}`;
}

/** The buttons of the providers, in a form of their own: the required fields of the first form must not block them. */
function providerForm({ ui: { action, nodes } }: UiFlow): string {
  const buttons = nodes.filter(({ group }) => group === 'oidc');
  if (buttons.length === 0) return '';
  const token = nodes.filter(({ attributes: { name } }) => name === 'csrf_token');
  const inputs = [...token, ...buttons].map((each) => input(each, ''));
  return html`<form method="post" action="${action}"><p>or, with an electronic identity:</p>!${inputs}</form>`;
}
