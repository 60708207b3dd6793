import { z } from 'zod';

/**
 * What we read of Jumio's answers (docs/reference/jumio.md#2-oauth2-token, docs/reference/jumio.md#36-response-body, docs/reference/jumio.md#72-status-response, docs/reference/jumio.md#73-details-response). Open to fields and words that are not documented;
 * strict only about what nothing can be done without, because an answer to a create is paid for and is never thrown away.
 */

/** Becomes a path segment of the next call. */
const id = z.string().regex(/^[\w-]{1,100}$/);
const text = z.string().optional().catch(undefined);
const word = z.string().min(1).max(100);

export const tokenWire = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  /** Seconds. */
  expires_in: z.number().optional().catch(undefined),
});
export type TokenWire = z.infer<typeof tokenWire>;

/** The part of a JWT's payload that we look at; seconds since 1970. */
export const claimsWire = z.object({ exp: z.number() });

const parts = z.object({ prepared_data: text }).optional().catch(undefined);

const credential = z.object({ category: text, api: z.object({ token: text, parts }).optional().catch(undefined) });

export const startedWire = z.object({
  account: z.object({ id }),
  workflowExecution: z.object({ id, credentials: z.array(credential).optional().catch(undefined) }),
  web: z
    .object({ href: z.url({ protocol: /^https?$/ }) })
    .optional()
    .catch(undefined),
  sdk: z.object({ token: text }).optional().catch(undefined),
});
export type StartedWire = z.infer<typeof startedWire>;

export const statusWire = z.object({ workflowExecution: z.object({ status: word }) });

const decision = z.object({
  type: z.string(),
  details: z.object({ label: text }).optional().catch(undefined),
  risk: z
    .object({ score: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** One finding of one capability. A shape that we cannot read hides nothing: all findings are dropped, see `toReason`. */
const capabilities = z
  .record(z.string(), z.array(z.object({ decision })))
  .optional()
  .catch(undefined);
export type CapabilitiesWire = z.infer<typeof capabilities>;

export const detailsWire = z.object({
  workflow: z.object({
    id,
    status: word,
    /** Documented as text; sent as a number by some. */
    definitionKey: z.union([z.string(), z.number()]).transform(String),
    userReference: text,
    customerInternalReference: text,
  }),
  account: z.object({ id }),
  completedAt: z.iso.datetime({ offset: true }).transform(Date.parse).optional().catch(undefined),
  decision: decision.nullish(),
  capabilities,
});
export type DetailsWire = z.infer<typeof detailsWire>;
