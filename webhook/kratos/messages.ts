/** Why the gate refuses. The ids are a contract for translators (design §6). */
export type Block = 'rejected' | 'review' | 'unverified' | 'unknown';

interface Message {
  readonly id: number;
  readonly text: string;
}

const MESSAGES: Readonly<Record<Block, Message>> = {
  rejected: {
    id: 4990001,
    text: 'You cannot sign in, because your identity could not be verified. Please contact support.',
  },
  review: { id: 4990002, text: 'You cannot sign in yet: your identity verification is being reviewed.' },
  unverified: { id: 4990003, text: 'You cannot sign in before your identity has been verified.' },
  unknown: {
    id: 4990004,
    text: 'Your identity verification cannot be checked at the moment. Please try again in a few minutes.',
  },
};

/**
 * The body by which Kratos shows a message in the flow (kratos.md §4.1). `#/` is the flow itself; any other shape
 * blocks too, but without a word for the person.
 */
export function blockMessage(block: Block, status: string): object {
  const message = { ...MESSAGES[block], type: 'error', context: { status } };
  return { messages: [{ instance_ptr: '#/', messages: [message] }] };
}
