import { z } from 'zod';
import type { Answer } from './loopback.ts';

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

/** The error object of an answer that is no flow. */
export type FlowError = z.infer<typeof errorShape>;

/** Without the identity where `whoami` would ask for a second factor first. */
const session = z.object({ identity: z.object({ id: z.string() }).nullish() });

/** Everything of interest that an answer to a submitted flow may hold. */
const submitted = z.object({
  ui: flowShape.shape.ui.optional(),
  error: errorShape.optional(),
  session: session.optional(),
  session_token: z.string().optional(),
  identity: z.object({ id: z.string() }).optional(),
  redirect_browser_to: z.string().optional(),
  continue_with: z.array(z.object({ action: z.string(), redirect_browser_to: z.string().optional() })).nullish(),
});

export type Submitted = z.infer<typeof submitted>;

export function readFlow(answer: Answer): Flow {
  if (answer.status !== 200) throw new Error(`${answer.url} answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return flowShape.parse(answer.json());
}

export function readSubmitted(answer: Answer): Submitted {
  return submitted.parse(answer.json());
}

/** The error behind the id in the address of the error page. */
export function readStoredError(answer: Answer): { error: FlowError } {
  return z.object({ error: errorShape }).parse(answer.json());
}

/** The messages of a flow: its own, then those beside its fields. */
export function messagesOf(ui: Flow['ui'] | undefined): UiMessage[] {
  return [...(ui?.messages ?? []), ...(ui?.nodes ?? []).flatMap((each) => each.messages ?? [])];
}

/** The hidden token without which Kratos refuses a browser's form; empty in an API flow. */
export function csrfTokenOf(flow: Flow): string {
  const value = flow.ui.nodes?.find((each) => each.attributes.name === 'csrf_token')?.attributes.value;
  return typeof value === 'string' ? value : '';
}
