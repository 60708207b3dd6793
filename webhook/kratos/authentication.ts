import { z } from 'zod';
import { NOT_EMPTY } from '../accepted-text.ts';
import type { KratosPhone, KratosSession } from './types.ts';

/*
 * What Kratos says of the authentication of a session (docs/reference/kratos.md#9-sessions-and-redirects).
 * Payments and the console read it. So a member that is not as documented makes an element that does not count, and never an answer
 * that cannot be used: everybody else's sign-in is read from the same answer.
 */

const id = z.string().regex(NOT_EMPTY);

const time = z.iso.datetime({ offset: true }).transform(Date.parse);

/** A list without the entries that are not as documented. */
function readable<T>(entry: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((one) => entry.safeParse(one).data ?? []));
}

const methodWire = z
  .object({ method: id, completed_at: time })
  .transform(({ method, completed_at: completedAt }) => ({ method, completedAt }));

/** A phone number counts once it is verified, from the time at which it was. */
const phoneWire = z
  .object({ id, value: id, via: z.literal('sms'), verified: z.literal(true), verified_at: time })
  .transform(({ id, value: number, verified_at: verifiedAt }): KratosPhone => ({ id, number, verifiedAt }));

/** The members of a session that say how it was authenticated. */
export const authenticationWire = {
  id: id.optional().catch(undefined),
  authenticated_at: time.optional().catch(undefined),
  authenticator_assurance_level: z
    .string()
    .regex(/^aal[0-9]$/)
    .optional()
    .catch(undefined),
  authentication_methods: readable(methodWire),
};

/** The verifiable addresses of an identity, of which only verified phone numbers are kept. */
export const addressesWire = readable(phoneWire);

const authentication = z.object(authenticationWire);

/** Returns how a session was authenticated; undefined: the answer does not say which session it is, and since when. */
export function toSession(
  wire: z.infer<typeof authentication>,
  phones: readonly KratosPhone[],
): KratosSession | undefined {
  const { id, authenticated_at: authenticatedAt, authenticator_assurance_level: level } = wire;
  if (id === undefined || authenticatedAt === undefined) return undefined;
  const { authentication_methods: methods } = wire;
  return { id, authenticatedAt, methods, phones, ...(level !== undefined && { level }) };
}
