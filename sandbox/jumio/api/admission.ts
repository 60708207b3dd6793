import type { CallKind } from '../faults.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Settings } from '../settings.ts';
import type { ApiCall } from './call.ts';
import { type Answer, problem } from './problem.ts';
import { withinLimit } from './rate-limit.ts';

type Permission = Settings['clients'][number]['permissions'][number];

const NEEDED: Readonly<Record<CallKind, Permission | undefined>> = {
  token: undefined,
  // Its own token says what it may do.
  prepared: undefined,
  create: 'initiate',
  update: 'initiate',
  status: 'retrieve',
  details: 'retrieve',
  steps: 'retrieve',
  // The portal's permission is called "retrieve & delete" (jumio.md §8).
  delete: 'retrieve',
};

/** Why a call is turned away before it is looked at; undefined when it may go on. */
export function refuse(sandbox: Sandbox, call: ApiCall): Answer | undefined {
  const needed = NEEDED[call.kind];
  if (sandbox.settings.requireUserAgent && !call.record.userAgent) return problem(403);
  if (needed === undefined) return withinLimit(sandbox, call.kind) ? undefined : problem(429);
  const clientId = clientOf(sandbox, call.authorization);
  if (clientId === undefined) return problem(401);
  if (!permissionsOf(sandbox, clientId).includes(needed)) return problem(403);
  return withinLimit(sandbox, call.kind) ? undefined : problem(429);
}

function clientOf(sandbox: Sandbox, authorization = ''): string | undefined {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  const bearer = sandbox.bearers.get(token);
  return bearer && bearer.expiresAt > Date.now() ? bearer.clientId : undefined;
}

function permissionsOf({ settings }: Sandbox, clientId: string): readonly Permission[] {
  return settings.clients.find((client) => client.clientId === clientId)?.permissions ?? [];
}
