import type { RefusalText } from '../model.ts';

/** Message ids: a contract for translators (docs/design.md#gate). */
const IDS: Readonly<Record<RefusalText, number>> = {
  rejected: 4990001,
  review: 4990002,
  unverified: 4990003,
  unknown: 4990004,
};

/** The message id of an eID below the level that the sign-up requires. */
const LEVEL_ID = 4990005;

/**
 * Returns the body that refuses a sign-up by an eID below the required level.
 * @param text in the person's language
 */
export function levelMessage(text: string): object {
  return { messages: [{ instance_ptr: '#/', messages: [{ id: LEVEL_ID, text, type: 'error', context: {} }] }] };
}

/** A one-time link by which the person can continue. */
export interface ContinuationLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * Returns the body that refuses a sign-in with a message in the flow
 * (docs/reference/kratos.md#41-errors-shown-in-the-flow). `#/` is the flow itself; any other shape refuses too, but shows
 * no text to the person.
 * @param text in the person's language
 */
export function blockMessage(refusal: RefusalText, status: string, text: string, link?: ContinuationLink): object {
  const context = link === undefined ? { status } : { status, url: link.url, expires_at: link.expiresAt };
  const message = { id: IDS[refusal], text, type: 'error', context };
  return { messages: [{ instance_ptr: '#/', messages: [message] }] };
}
