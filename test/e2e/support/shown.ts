import { z } from 'zod';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import type { Stack } from '../../../sandbox/stack/start.ts';

const identity = z.object({
  metadata_public: z.object({ jumio: z.record(z.string(), z.unknown()).optional() }).nullish(),
});

/** The published copy by the admin API, also for a person without a session. */
export async function operatorOutput(
  { kratos }: Stack,
  { identityId }: { identityId: string },
): Promise<Record<string, unknown> | undefined> {
  const answer = await send({ method: 'GET', url: `${kratos.adminUrl}/admin/identities/${identityId}` });
  return identity.parse(answer.json()).metadata_public?.jumio;
}

const identities = z.array(z.object({ id: z.string() }));

/** The id of the identity with this e-mail address, by the admin API. Throws without one. */
export async function identityIdOf({ kratos }: Stack, email: string): Promise<string> {
  const query = new URLSearchParams({ credentials_identifier: email });
  const answer = await send({ method: 'GET', url: `${kratos.adminUrl}/admin/identities?${query.toString()}` });
  const [found] = identities.parse(answer.json());
  if (found === undefined) throw new Error(`Kratos has no identity with the address ${email}`);
  return found.id;
}
