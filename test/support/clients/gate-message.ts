import { expect } from 'vitest';

/** What the gate answers, whole (docs/reference/kratos.md#41-errors-shown-in-the-flow): another shape would block without a word, or make a bogus input. */
export function gateMessage(id: number, status: string) {
  const text = { id, text: expect.stringMatching(/^[A-Z].+\.$/), type: 'error', context: { status } };
  return { messages: [{ instance_ptr: '#/', messages: [text] }] };
}
