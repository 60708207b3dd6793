import { z } from 'zod';
import type { Passkey, PayerCredentials } from './types.ts';

/*
 * The credentials with which a payer approves (docs/reference/kratos.md#7-admin-identity-api): passkeys, of which Kratos
 * stores the public half, and the time of the password.
 */

/** Go's encoding of bytes is standard base64; WebAuthn's JSON is base64url. The longest is an id (WebAuthn: 1,023 bytes) or a key. */
const bytes = z
  .base64()
  .regex(/^.{1,8192}$/)
  .transform((text) => Buffer.from(text, 'base64').toString('base64url'));

const time = z.iso.datetime({ offset: true }).transform(Date.parse);

const passkeyWire = z.object({
  id: bytes,
  public_key: bytes,
  added_at: time,
  /** Left out where the authenticator said nothing. */
  authenticator: z.object({ sign_count: z.int().min(0) }).optional(),
  /** Left out by versions that did not store it. */
  flags: z.object({ backup_eligible: z.boolean() }).optional(),
});

/** One bad credential must not hide the others, so each is parsed by itself. */
const passkeyConfig = z.object({
  credentials: z.array(z.unknown()).nullish(),
  user_handle: bytes.optional().catch(undefined),
});

/**
 * Returns the schema of a read with `include_credential=passkey`. The member `credentials` is required, so that the
 * `200 {}` of a proxy does not mean that somebody has none.
 * @param id the identity that the answer must be about
 */
export function payerCredentialsWire(id: string) {
  const ofPasskeys = z.object({ config: passkeyConfig.optional() });
  const ofPassword = z.object({ updated_at: time.optional().catch(undefined) });
  return z.object({
    id: z.literal(id),
    created_at: time.optional().catch(undefined),
    credentials: z.object({ passkey: ofPasskeys.optional(), password: ofPassword.optional() }),
  });
}

function toPasskey(wire: z.infer<typeof passkeyWire>): Passkey {
  const { id, public_key: publicKey, added_at: addedAt, authenticator, flags } = wire;
  const signCount = authenticator?.sign_count ?? 0;
  const known = { id, publicKey, addedAt, signCount };
  return flags === undefined ? known : { ...known, isSynchronisable: flags.backup_eligible };
}

/** Returns the credentials of an answer. Nothing of a credential that is not as documented is kept but the name of a member. */
export function toPayerCredentials(wire: z.infer<ReturnType<typeof payerCredentialsWire>>): PayerCredentials {
  const { passkey, password } = wire.credentials;
  const { credentials, user_handle: userHandle } = passkey?.config ?? {};
  const updatedAt = password?.updated_at;
  const parsed = (credentials ?? []).map((credential) => passkeyWire.safeParse(credential));
  return {
    passkeys: parsed.flatMap(({ data }) => (data === undefined ? [] : [toPasskey(data)])),
    unreadable: parsed.flatMap(({ error }) => (error === undefined ? [] : [error.issues[0]?.path.join('.') ?? ''])),
    ...(userHandle !== undefined && { userHandle }),
    ...(password !== undefined && { password: updatedAt === undefined ? {} : { updatedAt } }),
    ...(wire.created_at !== undefined && { createdAt: wire.created_at }),
  };
}
