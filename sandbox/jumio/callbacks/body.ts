import { timestamp } from '../clock.ts';
import type { Execution } from '../execution/execution.ts';
import { accountHref, executionHref, fullExecutionHref } from '../links.ts';
import type { Sandbox } from '../sandbox.ts';

/** All the fields a Jumio callback has (jumio.md §6.2). No signature, no customerInternalReference, no decision. */
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

/** The callback for what an execution is now. */
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
