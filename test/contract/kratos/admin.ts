import { z } from 'zod';
import { type Answer, send } from '../../../sandbox/kratos/client/loopback.ts';
import type { World } from './world.ts';

const identity = z.looseObject({
  id: z.string(),
  metadata_public: z.unknown(),
  metadata_admin: z.unknown(),
});

export function adminCall({ kratos }: World, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return send({
    method,
    url: `${kratos.adminUrl}/admin/identities${path.startsWith('?') ? '' : '/'}${path}`,
    headers,
    ...text,
  });
}

export function patchIdentity(world: World, id: string, operations: unknown): Promise<Answer> {
  return adminCall(world, 'PATCH', id, operations);
}

export async function readIdentity(world: World, id: string): Promise<z.infer<typeof identity>> {
  return identity.parse((await adminCall(world, 'GET', id)).json());
}
