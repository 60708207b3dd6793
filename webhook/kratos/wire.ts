import { z } from 'zod';
import type { KratosIdentity, Linked, Patched } from './client.ts';
import { localeIn } from './trait.ts';

/** What we read of Kratos' answers (kratos.md §7, §9), open to everything else in them. */

const text = z.string().optional().catch(undefined);

const time = z.iso.datetime({ offset: true }).transform(Date.parse).optional().catch(undefined);

const stateWire = {
  state: z.enum(['active', 'inactive']).optional().catch(undefined),
  state_changed_at: time,
};

function stateOf(wire: { state?: 'active' | 'inactive' | undefined; state_changed_at?: number | undefined }) {
  return {
    ...(wire.state !== undefined && { state: wire.state }),
    ...(wire.state_changed_at !== undefined && { stateChangedAt: wire.state_changed_at }),
  };
}

/** Metadata are anybody's JSON: whatever stands there is passed on. */
export const identityWire = z.object({
  id: z.string().min(1),
  schema_id: text,
  created_at: time,
  metadata_public: z.unknown().optional(),
  metadata_admin: z.unknown().optional(),
  traits: z.unknown().optional(),
  ...stateWire,
});

/** A list of identities, of which the ids are all that is read. */
export const identitiesWire = z.array(z.object({ id: z.string().min(1) }));
export const pageWire = z.array(identityWire);

/**
 * Leaves out the traits, credentials and addresses that Kratos sends along.
 * @param localeTrait where the person's language stands in the traits: nothing else of them is passed on
 */
export function toIdentity(wire: z.infer<typeof identityWire>, localeTrait?: string): KratosIdentity {
  const locale = localeTrait === undefined ? undefined : localeIn(wire.traits, localeTrait);
  return {
    id: wire.id,
    ...(wire.schema_id !== undefined && { schemaId: wire.schema_id }),
    ...(wire.created_at !== undefined && { createdAt: wire.created_at }),
    metadataPublic: wire.metadata_public,
    ...(locale !== undefined && { locale }),
    ...stateOf(wire),
    metadataAdmin: wire.metadata_admin,
  };
}

/** The answer to a PATCH; also what a proxy may answer in Kratos' place, which then holds no copy of ours. */
export const patchedWire = z.object({
  metadata_public: z.object({ jumio: z.unknown().optional() }).optional().catch(undefined),
  ...stateWire,
});

export function toPatched(wire: z.infer<typeof patchedWire>): Patched {
  return { jumio: wire.metadata_public?.jumio, ...stateOf(wire) };
}

export const sessionWire = z.discriminatedUnion('active', [
  z.object({ active: z.literal(true), identity: identityWire }),
  z.object({ active: z.literal(false) }),
]);

const place = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined);

export const errorWire = z.object({
  error: z.object({
    id: text,
    reason: text,
    message: text,
    details: z.object({ redirect_browser_to: place }).optional().catch(undefined),
  }),
  redirect_browser_to: place,
});
export type ErrorWire = z.infer<typeof errorWire>;

const oidcProvider = z.object({ provider: z.string(), subject: z.string(), initial_id_token: z.string().catch('') });

/**
 * The answer to a read with `include_credential=oidc`. Who signed up, or may sign in, has credentials (v25.4.0, v26.2.0),
 * whose list names others where there is none of `oidc`. Nothing less says that nothing is linked: a proxy's `200 {}` would
 * take an approval away.
 * @param id whose they must be
 */
export function credentialsWire(id: string) {
  const oidc = z.object({ config: z.object({ providers: z.array(oidcProvider) }), updated_at: time });
  return z.object({
    id: z.literal(id),
    credentials: z.object({ oidc: oidc.optional() }),
    metadata_public: z.unknown().optional(),
  });
}

export function toLinked(wire: z.infer<ReturnType<typeof credentialsWire>>): Linked {
  const { credentials, metadata_public: metadataPublic } = wire;
  const { config, updated_at: storedAt } = credentials.oidc ?? {};
  const linked = (config?.providers ?? []).map(({ provider, subject, initial_id_token: idToken }) => {
    return { provider, subject, idToken, ...(storedAt !== undefined && { storedAt }) };
  });
  return { credentials: linked, metadataPublic };
}
