import { z } from 'zod';
import type { SignInAttempt } from '../verification/gate/index.ts';

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** `z.guid`, not `z.uuid`: Kratos takes any 128 bits, e.g. for imported identities. Lower case, as Kratos writes it. */
const identityId = z.guid().transform((id) => id.toLowerCase());

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .catch(undefined);

const schemaId = z.string().min(1).max(255).optional().catch(undefined);

/** Something that a hook may say; what cannot be read counts as not said. */
const said = z.string().min(1).max(200).nullish().catch(undefined);

const acceptLanguage = z.string().optional().catch(undefined);

/** What Kratos sends at sign-up (docs/design.md#bodies-from-kratos); unknown keys are ignored, the published templates' bodies accepted. */
export const initiateBody = z.object({
  kratos_identity_id: identityId,
  created_at: time,
  schema_id: schemaId,
  accept_language: acceptLanguage,
  flow: z
    .object({ return_to: z.string().nullish().catch(undefined), method: said })
    .nullish()
    .catch(undefined),
});

/** What Kratos sends when an eID is linked or unlinked in the settings. */
export const linkBody = z.object({ kratos_identity_id: identityId });

/** What Kratos sends before it stores a sign-up by OpenID Connect: the mapper's hint, which may be anybody's JSON. */
export const assuranceBody = z.object({
  schema_id: schemaId,
  assurance: z.object({ source: z.unknown().optional(), acr: z.unknown().optional() }).nullish().catch(undefined),
  accept_language: z.string().nullish().catch(undefined),
});

const flow = z.object({
  kind: z.enum(['login', 'recovery']).optional().catch(undefined),
  id: said,
  method: said,
  refresh: z.boolean().optional().catch(undefined),
});

/** What Kratos sends at sign-in and recovery. The published copy in it is read by the gate itself, absence included. */
export const validateBody = z.object({
  kratos_identity_id: identityId,
  created_at: time,
  schema_id: schemaId,
  flow: flow.nullish().catch(undefined),
});

/** The language of the person's browser, as Kratos passes it on; read by itself, so that every refusal is understood. */
export const preferenceBody = z.object({ accept_language: z.string() });

/** What a request says of itself, as the policy asks it. */
export function gateRequestOf({
  schema_id,
  created_at: kratosCreatedAt,
  flow,
}: z.infer<typeof validateBody>): Omit<SignInAttempt, 'identityId' | 'copy'> {
  const isRefresh = flow?.kind === 'login' && flow.refresh === true;
  const { kind, id, method } = flow ?? {};
  const told = { flowId: id ?? undefined, flow: isRefresh ? 'refresh' : kind, method: method ?? undefined } as const;
  return { ...told, schemaId: schema_id, kratosCreatedAt };
}

/** Whom an API asks about, and what it sees of them; `subject` is Ory Oathkeeper's word. */
export const decisionBody = z.object({
  kratos_identity_id: identityId.optional(),
  subject: identityId.optional(),
  metadata_public: z.unknown().optional(),
});

/** What an application's back end sends for somebody whose session it has checked. */
export const handoverBody = z.object({ kratos_identity_id: identityId, return_to: z.string().optional() });

/** What a program sends that goes on for its person (docs/applications.md). */
export const goBody = z.object({
  /** `declined`: the person has read the text and refuses. */
  consent: z.object({ text_version: z.string().min(1).max(100), declined: z.boolean().optional() }).optional(),
  return_to: z.string().optional(),
  language: z.string().max(100).optional(),
  want: z.enum(['link', 'sdk']).default('link'),
});

export type GoBody = z.infer<typeof goBody>;

/** The part of a callback that may prove whose it is; read by itself, so that the rest can be told to be wrong. */
export const referenceBody = z.object({ userReference: z.string() });

/** What Jumio sends (docs/reference/jumio.md#62-payload-all-documented-fields), as much of it as we need. */
export const callbackBody = z.object({
  workflowExecution: z.object({ id: z.string().min(1).max(100), status: z.string().min(1).max(100) }),
});
