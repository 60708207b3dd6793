import { z } from 'zod';
import type { HookCall } from './hook-server.ts';

const text = z.string().nullable();
const common = {
  kratos_identity_id: z.uuid(),
  schema_id: z.string(),
  created_at: z.iso.datetime(),
  accept_language: text,
};
const flow = { id: z.uuid(), type: z.enum(['api', 'browser']), method: text };

/** The bodies that docs/design.md#bodies-from-kratos promises, every key present and no other one. */
const initiate = z.strictObject({ ...common, flow: z.strictObject({ ...flow, return_to: text }) });
const validate = z.strictObject({
  ...common,
  metadata_public: z.unknown(),
  flow: z.strictObject({ ...flow, kind: z.enum(['login', 'recovery']), refresh: z.boolean(), requested_aal: text }),
});

export function initiateBody(call: HookCall | undefined) {
  return initiate.parse(JSON.parse(call?.text ?? ''));
}

export function validateBody(call: HookCall | undefined) {
  return validate.parse(JSON.parse(call?.text ?? ''));
}
