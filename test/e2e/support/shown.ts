import { z } from 'zod';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import type { Stack } from '../../../sandbox/stack/start.ts';

const identity = z.object({
  metadata_public: z.object({ jumio: z.record(z.string(), z.unknown()).optional() }).nullish(),
});

/** The published copy by the admin API: also of somebody who is not signed in, or not any more. */
export async function shownToOperators(
  { kratos }: Stack,
  { identityId }: { identityId: string },
): Promise<Record<string, unknown> | undefined> {
  const answer = await send({ method: 'GET', url: `${kratos.adminUrl}/admin/identities/${identityId}` });
  return identity.parse(answer.json()).metadata_public?.jumio;
}
