import { z } from 'zod';
import { PLAIN_TEXT, upTo } from '../accepted-text.ts';

/** Schemas of Twilio's answers (docs/reference/twilio.md). Members that are not used are not read. */

/** Becomes a path segment of the next call. */
const verificationSid = z.string().regex(/^VE[0-9a-fA-F]{32}$/);

/** Null, and null in every documented example, or what was sent. */
const echoed = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** The answer to a start, a check and a cancellation. */
export const verificationWire = z.object({
  sid: verificationSid,
  to: z.string(),
  status: z.string().regex(upTo(100)).regex(PLAIN_TEXT),
  amount: echoed,
  payee: echoed,
});

/** The answer to a read of the service. */
export const serviceWire = z.object({
  sid: z.string(),
  psd2_enabled: z
    .boolean()
    .nullish()
    .transform((value) => value === true),
  code_length: z.int().optional().catch(undefined),
});

/** An error. Its text is not read: it may repeat a phone number. */
export const errorWire = z.object({ code: z.int() });
