import { z } from 'zod';
import { ERRORS } from './api/errors.ts';

/** Kinds of API calls, as the call log names them. */
export const CALL_KINDS = ['start', 'check', 'update', 'read', 'service'] as const;

export type CallKind = (typeof CALL_KINDS)[number];

const codes = z.int().refine((code) => ERRORS.has(code), 'a code that sandbox/twilio/api/errors.ts has');

export const faultSchema = z.strictObject({
  kind: z.enum([...CALL_KINDS, 'any']),
  /** A status of HTTP (500 to 599), 401, or a code of Twilio: the answer, and the call is not executed. */
  fault: z.union([
    z.literal(401),
    z.int().min(500).max(599),
    codes,
    z.enum(['slow', 'hang', 'reset', 'html', 'executed-then-hang', 'executed-then-reset']),
  ]),
  count: z.int().positive().default(1),
  /** Only calls about this number, where the call names it. */
  to: z.string().optional(),
  /** `slow`: how long the answer of an executed call waits, by the machine's clock. */
  milliseconds: z.int().positive().default(6_000),
});

export type Fault = z.infer<typeof faultSchema>;

/** Takes one count of the oldest fault that applies to this call; undefined without one. */
export function takeFault(faults: Fault[], kind: CallKind, to: string | undefined): Fault | undefined {
  const fault = faults.find(
    (each) => (each.kind === kind || each.kind === 'any') && (each.to === undefined || each.to === to),
  );
  if (fault === undefined) return undefined;
  fault.count -= 1;
  if (fault.count === 0) faults.splice(faults.indexOf(fault), 1);
  return fault;
}
