import { html } from 'ghtml';
import { z } from 'zod';

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

/** What Kratos says in its own English when an electronic identity led nowhere, and what this application says instead. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['access_denied', 'You did not confirm in the app. Nothing was stored, and you can start again.'],
  ['invalid_grant', 'Your confirmation came too late to count. Nothing was stored, and you can start again.'],
];

/** Undefined: this application has no better words. */
export function inOwnWords(text: string): string | undefined {
  return SENTENCES.find(([word]) => text.includes(word))?.[1];
}

/** To a flow of its own: the one that was used up has only half of its form left. */
export const START_AGAIN = html`<p><a class="button" href="/registration">Start again</a></p>`;

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
