import type { ApiFault, CallbackFault, CallKind, Fault } from './fault-kinds.ts';
import type { Sandbox } from './state.ts';

/** Uses up one count of the oldest fault that is meant for this call. */
export function takeApiFault(sandbox: Sandbox, kind: CallKind, reference?: string): ApiFault['fault'] | undefined {
  const fault = sandbox.faults.find(
    (f): f is ApiFault => f.kind !== 'callback' && (f.kind === kind || f.kind === 'any') && isFor(f, reference),
  );
  if (fault) spend(sandbox, fault);
  return fault?.fault;
}

/** Uses up one count of the oldest callback fault of this name that is meant for this execution. */
export function takeCallbackFault(
  sandbox: Sandbox,
  name: CallbackFault['fault'],
  reference: string,
): CallbackFault | undefined {
  const fault = sandbox.faults.find(
    (f): f is CallbackFault => f.kind === 'callback' && f.fault === name && isFor(f, reference),
  );
  if (fault) spend(sandbox, fault);
  return fault;
}

function isFor(fault: Fault, reference: string | undefined): boolean {
  return fault.customerInternalReference === undefined || fault.customerInternalReference === reference;
}

function spend(sandbox: Sandbox, fault: Fault): void {
  fault.count -= 1;
  if (fault.count === 0) sandbox.faults.splice(sandbox.faults.indexOf(fault), 1);
}
