import { z } from 'zod';
import type { Answer } from './loopback.ts';

interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
}

/** The forms of a page: their absolute actions, and the fields that have a value. */
function formsOf(html: string, pageUrl: string): (Form & { readonly inner: string })[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, opening = '', inner = '']) => {
    const action = new URL(attribute(opening, 'action') ?? pageUrl, pageUrl).href;
    return { action, fields: Object.fromEntries(inputs(inner)), inner };
  });
}

/** The first form of a page. Throws without a form. */
export function firstForm(html: string, pageUrl: string): Form {
  const [form] = formsOf(html, pageUrl);
  if (form === undefined) throw new Error(`no form on ${pageUrl}`);
  return form;
}

/** The form of the button with this text or, where it is a part of it, the first such. Throws where no button has it. */
export function formOfButton(html: string, pageUrl: string, text: string): Form {
  for (const form of formsOf(html, pageUrl)) {
    const buttons = [...form.inner.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)];
    const pressed = buttons.find(([, , label = '']) => decodeEntities(label).includes(text));
    if (pressed === undefined) continue;
    const [, attributes = ''] = pressed;
    const others = buttons.flatMap(([, each = '']) => attribute(each, 'name') ?? []);
    const [name, value] = [attribute(attributes, 'name'), attribute(attributes, 'value')];
    const fields = Object.fromEntries(Object.entries(form.fields).filter(([field]) => !others.includes(field)));
    const own = name === undefined ? {} : { [name]: value ?? '' };
    const action = attribute(attributes, 'formaction');
    return { action: action ? new URL(action, pageUrl).href : form.action, fields: { ...fields, ...own } };
  }
  throw new Error(`no button “${text}” on ${pageUrl}`);
}

function inputs(html: string): [string, string][] {
  return [...html.matchAll(/<(?:input|button)\b([^>]*)>/gi)].flatMap(([, attributes = '']) => {
    const name = attribute(attributes, 'name');
    const value = attribute(attributes, 'value');
    return name === undefined || value === undefined ? [] : [[name, value] satisfies [string, string]];
  });
}

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(attributes);
  return value === null ? undefined : decodeEntities(value[1] ?? value[2] ?? '');
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of an attribute or element, as a browser reads it. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}

const uiMessage = z.object({ id: z.number(), text: z.string(), type: z.string(), context: z.unknown().optional() });

/** A message that a flow shows to the person. */
export type UiMessage = z.infer<typeof uiMessage>;

const node = z.object({
  attributes: z.object({ name: z.string().optional(), value: z.unknown().optional() }),
  messages: z.array(uiMessage).nullish(),
});

export const flowShape = z.object({
  id: z.string(),
  ui: z.object({ action: z.string(), nodes: z.array(node).nullish(), messages: z.array(uiMessage).nullish() }),
});

export type Flow = z.infer<typeof flowShape>;

const errorShape = z.object({
  id: z.string().optional(),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** The error object of an answer that is not a flow. */
export type FlowError = z.infer<typeof errorShape>;

/** It has no identity where `whoami` requires a second factor first. */
const session = z.object({ identity: z.object({ id: z.string() }).nullish() });

/** The parts of an answer to a submitted flow that are read here. */
const submitted = z.object({
  ui: flowShape.shape.ui.optional(),
  error: errorShape.optional(),
  session: session.optional(),
  session_token: z.string().optional(),
  identity: z.object({ id: z.string() }).optional(),
  redirect_browser_to: z.string().optional(),
  continue_with: z.array(z.object({ action: z.string(), redirect_browser_to: z.string().optional() })).nullish(),
});

type Submitted = z.infer<typeof submitted>;

/** The flow of an answer. Throws with the status and the first bytes where the answer is not 200. */
export function readFlow(answer: Answer): Flow {
  if (answer.status !== 200) throw new Error(`${answer.url} answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return flowShape.parse(answer.json());
}

/** The answer to a submitted flow. */
export function readSubmitted(answer: Answer): Submitted {
  return submitted.parse(answer.json());
}

/** The stored error that the error page shows. */
export function readStoredError(answer: Answer): { error: FlowError } {
  return z.object({ error: errorShape }).parse(answer.json());
}

/** The messages of a flow: its own, then those beside its fields. */
export function messagesOf(ui: Flow['ui'] | undefined): UiMessage[] {
  return [...(ui?.messages ?? []), ...(ui?.nodes ?? []).flatMap((each) => each.messages ?? [])];
}

/** The hidden CSRF token that Kratos requires in a browser's form; empty in an API flow. */
export function csrfTokenOf(flow: Flow): string {
  const value = flow.ui.nodes?.find((each) => each.attributes.name === 'csrf_token')?.attributes.value;
  return typeof value === 'string' ? value : '';
}
