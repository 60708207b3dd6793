import { randomUUID } from 'node:crypto';
import { executionHref } from '../links.ts';
import type { Sandbox } from '../sandbox.ts';
import type { CallbackBody } from './body.ts';

/** The same callback with another user reference: by default the genuine one with one character changed. */
export function forgedBody(body: CallbackBody, userReference?: string): CallbackBody {
  return { ...body, userReference: userReference ?? altered(body.userReference ?? 'forged') };
}

/** The same callback for an execution that nobody started. */
export function unknownWorkflowBody(sandbox: Sandbox, body: CallbackBody): CallbackBody {
  const id = randomUUID();
  const workflowExecution = { ...body.workflowExecution, id, href: executionHref(sandbox, id) };
  return { ...body, workflowExecution };
}

/** The same callback with a status word that no document has. */
export function unknownStatusBody(body: CallbackBody, status: string): CallbackBody {
  return { ...body, workflowExecution: { ...body.workflowExecution, status } };
}

function altered(text: string): string {
  const middle = Math.floor(text.length * 0.75);
  return text.slice(0, middle) + (text[middle] === 'A' ? 'B' : 'A') + text.slice(middle + 1);
}
