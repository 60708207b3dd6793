import type { RefusalText } from '../model.ts';

/** A contract for translators (docs/design.md#gate). */
const IDS: Readonly<Record<RefusalText, number>> = {
  rejected: 4990001,
  review: 4990002,
  unverified: 4990003,
  unknown: 4990004,
};

/** An eID that was used below the level that the sign-up needs. */
const LEVEL_ID = 4990005;

export function levelMessage(text: string): object {
  return { messages: [{ instance_ptr: '#/', messages: [{ id: LEVEL_ID, text, type: 'error', context: {} }] }] };
}

/**
 * The body by which Kratos shows a message in the flow (docs/reference/kratos.md#41-errors-shown-in-the-flow). `#/` is the flow itself; any other shape
 * blocks too, but without a word for the person.
 * @param text in the person's language
 * @param url a one-time address at which the person can go on
 */
export function blockMessage(block: RefusalText, status: string, text: string, url?: string): object {
  const context = url === undefined ? { status } : { status, url };
  const message = { id: IDS[block], text, type: 'error', context };
  return { messages: [{ instance_ptr: '#/', messages: [message] }] };
}
