import { randomUUID } from 'node:crypto';
import { timestamp } from '../clock.ts';
import { accountHref, executionHref, fullExecutionHref } from '../links.ts';
import type { Execution, Sandbox } from '../state.ts';

/** All fields of a Jumio callback (docs/reference/jumio.md#62-payload-all-documented-fields). No signature, no customerInternalReference, no decision. */
export interface CallbackBody {
  readonly callbackSentAt: string;
  readonly userReference?: string;
  readonly workflowExecution: {
    readonly id: string;
    readonly href: string;
    readonly definitionKey: string;
    readonly status: string;
  };
  readonly account: { readonly id: string; readonly href: string };
}

/** The genuine callback for the present state of an execution. */
export function callbackBody(sandbox: Sandbox, execution: Execution): CallbackBody {
  const { id, accountId, definitionKey, userReference } = execution;
  const href = sandbox.settings.longCallbackHref ? fullExecutionHref(sandbox, execution) : executionHref(sandbox, id);
  const status = execution.shownStatus ?? execution.status;
  return {
    callbackSentAt: timestamp(sandbox.clock.now()),
    ...(userReference === undefined ? {} : { userReference }),
    workflowExecution: { id, href, definitionKey, status },
    account: { id: accountId, href: accountHref(sandbox, accountId) },
  };
}

/** The callback with another user reference; by default the genuine reference with one character changed. */
export function forgedBody(body: CallbackBody, userReference?: string): CallbackBody {
  return { ...body, userReference: userReference ?? altered(body.userReference ?? 'forged') };
}

/** The callback for an execution that does not exist. */
export function unknownWorkflowBody(sandbox: Sandbox, body: CallbackBody): CallbackBody {
  const id = randomUUID();
  const workflowExecution = { ...body.workflowExecution, id, href: executionHref(sandbox, id) };
  return { ...body, workflowExecution };
}

/** The callback with another status, such as an undocumented one. */
export function unknownStatusBody(body: CallbackBody, status: string): CallbackBody {
  return { ...body, workflowExecution: { ...body.workflowExecution, status } };
}

function altered(text: string): string {
  const middle = Math.floor(text.length * 0.75);
  return text.slice(0, middle) + (text[middle] === 'A' ? 'B' : 'A') + text.slice(middle + 1);
}
