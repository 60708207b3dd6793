import { z } from 'zod';

/** Kinds of API calls, as the call log names them. */
export const CALL_KINDS = [
  'token',
  'create',
  'update',
  'status',
  'details',
  'steps',
  'delete',
  'prepared',
  'image',
] as const;

export type CallKind = (typeof CALL_KINDS)[number];

const apiFaultSchema = z.strictObject({
  kind: z.enum([...CALL_KINDS, 'any']),
  /** A number is the status of the answer, and the call is not executed. */
  fault: z.union([
    z.int().min(400).max(599),
    z.enum(['hang', 'reset', 'html', 'huge', 'drip', 'no-href', 'executed-then-hang', 'executed-then-reset']),
  ]),
  count: z.int().positive().default(1),
  customerInternalReference: z.string().optional(),
});

const callbackFaultSchema = z.strictObject({
  kind: z.literal('callback'),
  fault: z.enum([
    'duplicate',
    'reorder',
    'delay',
    'lose',
    'forged',
    'unknown-workflow',
    'unknown-status',
    'unreadable',
  ]),
  count: z.int().positive().default(1),
  customerInternalReference: z.string().optional(),
  /** `duplicate`: further copies, sent at the same time. */
  copies: z.int().positive().default(1),
  /** `delay`: real time; `reorder`: how long to wait for a later callback. */
  milliseconds: z.int().nonnegative().default(2000),
  /** `unreadable`: sandbox time from PROCESSED during which details answer 404. */
  seconds: z.number().nonnegative().default(10),
  userReference: z.string().optional(),
  status: z.string().default('PAUSED_FOR_REVIEW'),
});

export const faultSchema = z.discriminatedUnion('kind', [apiFaultSchema, callbackFaultSchema]);

export type Fault = z.infer<typeof faultSchema>;

export type ApiFault = z.infer<typeof apiFaultSchema>;

export type CallbackFault = z.infer<typeof callbackFaultSchema>;

/** Takes one count of the oldest fault that applies to this call; undefined without one. */
export function takeApiFault(faults: Fault[], kind: CallKind, reference?: string): ApiFault['fault'] | undefined {
  const fault = faults.find(
    (f): f is ApiFault => f.kind !== 'callback' && (f.kind === kind || f.kind === 'any') && isFor(f, reference),
  );
  if (fault) takeOne(faults, fault);
  return fault?.fault;
}

/** Takes one count of the oldest callback fault with this name that applies to this execution; undefined without one. */
export function takeCallbackFault(
  faults: Fault[],
  name: CallbackFault['fault'],
  reference: string,
): CallbackFault | undefined {
  const fault = faults.find(
    (f): f is CallbackFault => f.kind === 'callback' && f.fault === name && isFor(f, reference),
  );
  if (fault) takeOne(faults, fault);
  return fault;
}

function isFor(fault: Fault, reference: string | undefined): boolean {
  return fault.customerInternalReference === undefined || fault.customerInternalReference === reference;
}

function takeOne(faults: Fault[], fault: Fault): void {
  fault.count -= 1;
  if (fault.count === 0) faults.splice(faults.indexOf(fault), 1);
}
