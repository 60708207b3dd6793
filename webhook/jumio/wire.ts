import { z } from 'zod';
import { PLAIN_TEXT, upTo } from '../accepted-text.ts';

/**
 * Schemas of Jumio's answers (docs/reference/jumio.md#2-oauth2-token, docs/reference/jumio.md#36-response-body,
 * docs/reference/jumio.md#72-status-response, docs/reference/jumio.md#73-details-response). Undocumented fields and values
 * are accepted. Only the indispensable members are required: the answer to a create call is paid for, and never discarded.
 */

/** Becomes a path segment of the next call. */
const id = z.string().regex(/^[\w-]{1,100}$/);
const text = z.string().regex(PLAIN_TEXT).optional().catch(undefined);
const status = z.string().regex(upTo(100)).regex(PLAIN_TEXT);

/** The answer of the token endpoint. */
export const tokenWire = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  /** Seconds. */
  expires_in: z.number().optional().catch(undefined),
});

/** A parsed `tokenWire`. */
export type TokenWire = z.infer<typeof tokenWire>;

/** The members of a JWT's payload that are used; seconds since 1970. */
export const claimsWire = z.object({ exp: z.number() });

const parts = z.object({ prepared_data: text }).optional().catch(undefined);

const credential = z.object({ category: text, api: z.object({ token: text, parts }).optional().catch(undefined) });

/** The answer to a create call. */
export const startedWire = z.object({
  account: z.object({ id }),
  workflowExecution: z.object({ id, credentials: z.array(credential).optional().catch(undefined) }),
  web: z
    .object({ href: z.url({ protocol: /^https?$/ }).regex(PLAIN_TEXT) })
    .optional()
    .catch(undefined),
  sdk: z.object({ token: text }).optional().catch(undefined),
});

/** A parsed `startedWire`. */
export type StartedWire = z.infer<typeof startedWire>;

/** The answer to a status call. */
export const statusWire = z.object({ workflowExecution: z.object({ status }) });

const decision = z.object({
  type: z.string(),
  details: z.object({ label: text }).optional().catch(undefined),
  risk: z
    .object({ score: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** What a finding judges; of another shape: not known. */
const judged = z
  .array(z.object({ category: text }))
  .optional()
  .catch(undefined);

/** The findings by capability. If any has an unexpected shape all are dropped, and none is hidden: see `toReason`. */
const capabilities = z
  .record(z.string(), z.array(z.object({ credentials: judged, decision })))
  .optional()
  .catch(undefined);

/** Parsed findings by capability. */
export type CapabilitiesWire = z.infer<typeof capabilities>;

/** The answer to a details call. */
export const detailsWire = z.object({
  workflow: z.object({
    id,
    status,
    /** Documented as text; some tenants get a number. */
    definitionKey: z.union([z.string().regex(PLAIN_TEXT), z.number()]).transform(String),
    userReference: text,
    customerInternalReference: text,
  }),
  account: z.object({ id }),
  completedAt: z.iso.datetime({ offset: true }).transform(Date.parse).optional().catch(undefined),
  decision: decision.nullish(),
  capabilities,
});

/** A parsed `detailsWire`. */
export type DetailsWire = z.infer<typeof detailsWire>;
