import { expect } from 'vitest';

/** The whole body of a refusal at the gate (docs/reference/kratos.md#41-errors-shown-in-the-flow): another shape would block without a text, or make a false input. */
export function gateMessage(id: number, status: string) {
  const text = { id, text: expect.stringMatching(/^[A-Z].+\.$/), type: 'error', context: { status } };
  return { messages: [{ instance_ptr: '#/', messages: [text] }] };
}
