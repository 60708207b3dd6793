import { z } from 'zod';
import { PLAIN_TEXT, upTo } from '../accepted-text.ts';
import type { SignInAttempt } from '../verification/gate/index.ts';

/** `z.guid`, not `z.uuid`: Kratos takes any 128 bits, e.g. for imported identities. Lower case, as Kratos writes it. */
const identityId = z.guid().transform((id) => id.toLowerCase());

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .catch(undefined);

const plainText = (most: number) => z.string().regex(PLAIN_TEXT).regex(upTo(most));

const schemaId = plainText(255).optional().catch(undefined);

/** A text that a hook may send; an unreadable one counts as absent. */
const optionalText = plainText(200).nullish().catch(undefined);

const acceptLanguage = z.string().optional().catch(undefined);

/** The header by which the doctor marks its probes. */
export const DOCTOR_PROBE = 'x-doctor-probe';

/** The body from Kratos at sign-up (docs/design.md#bodies-from-kratos); unknown keys are ignored, the published templates' bodies accepted. */
export const initiateBody = z.object({
  kratos_identity_id: identityId,
  created_at: time,
  schema_id: schemaId,
  accept_language: acceptLanguage,
  flow: z
    .object({ return_to: z.string().nullish().catch(undefined), method: optionalText })
    .nullish()
    .catch(undefined),
});

/** The body from Kratos when an eID is linked or unlinked in the settings. */
export const linkBody = z.object({ kratos_identity_id: identityId });

/** The body from Kratos before it stores a sign-up by OpenID Connect: the mapper's hint, which may be any JSON. */
export const assuranceBody = z.object({
  schema_id: schemaId,
  assurance: z.object({ source: z.unknown().optional(), acr: z.unknown().optional() }).nullish().catch(undefined),
  accept_language: z.string().nullish().catch(undefined),
});

const flow = z.object({
  kind: z.enum(['login', 'recovery']).optional().catch(undefined),
  id: optionalText,
  method: optionalText,
  refresh: z.boolean().optional().catch(undefined),
});

/** The body from Kratos at sign-in and recovery. The gate reads the published copy in it separately, its absence included. */
export const validateBody = z.object({
  kratos_identity_id: identityId,
  created_at: time,
  schema_id: schemaId,
  flow: flow.nullish().catch(undefined),
});

/** What of it the gate uses. */
export type SignInBody = z.infer<typeof validateBody>;

/** The language of the person's browser, as Kratos forwards it. Parsed separately, so that a refusal is in the person's language whatever else the body has. */
export const languageBody = z.object({ accept_language: z.string() });

/** Returns the facts of a sign-in that the policy reads. */
export function gateRequestOf({
  schema_id,
  created_at: kratosCreatedAt,
  flow,
}: SignInBody): Omit<SignInAttempt, 'identityId' | 'copy'> {
  const isRefresh = flow?.kind === 'login' && flow.refresh === true;
  return {
    flowId: flow?.id ?? undefined,
    flow: isRefresh ? 'refresh' : flow?.kind,
    method: flow?.method ?? undefined,
    schemaId: schema_id,
    kratosCreatedAt,
  };
}

/** The part of a callback that may prove its origin. Parsed separately, so that an authentic callback with a wrong rest is 400 and not 401. */
export const referenceBody = z.object({ userReference: z.string() });

/** The body from Jumio (docs/reference/jumio.md#62-payload-all-documented-fields): the members that are used. */
export const callbackBody = z.object({
  workflowExecution: z.object({ id: plainText(100), status: plainText(100) }),
});
