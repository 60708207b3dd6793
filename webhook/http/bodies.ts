import { z } from 'zod';

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** `z.guid`, not `z.uuid`: Kratos takes any 128 bits, e.g. for imported identities. Lower case, as Kratos writes it. */
const identityId = z.guid().transform((id) => id.toLowerCase());

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .catch(undefined);

const schemaId = z.string().min(1).max(255).optional().catch(undefined);

/** What Kratos sends at sign-up (design §6); unknown keys are ignored, the published templates' bodies accepted. */
export const initiateBody = z.object({
  kratos_identity_id: identityId,
  created_at: time,
  schema_id: schemaId,
  flow: z
    .object({ return_to: z.string().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** What Kratos sends at sign-in and recovery. The published copy in it is read by the gate itself, absence included. */
export const validateBody = z.object({ kratos_identity_id: identityId, created_at: time, schema_id: schemaId });

/** What an application's back end sends for somebody whose session it has checked. */
export const handoverBody = z.object({ kratos_identity_id: identityId, return_to: z.string().optional() });

/** The part of a callback that may prove whose it is; read by itself, so that the rest can be told to be wrong. */
export const referenceBody = z.object({ userReference: z.string() });

/** What Jumio sends (jumio.md §6.2), as much of it as we need. */
export const callbackBody = z.object({
  workflowExecution: z.object({ id: z.string().min(1).max(100), status: z.string().min(1).max(100) }),
});
