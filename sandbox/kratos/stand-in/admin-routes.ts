import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { uiOf } from './answers.ts';
import { pageOf } from './pages.ts';
import { applyPatch } from './patch.ts';
import { type IdentityRow, identityByEmail, newFlow } from './records.ts';
import { badRequest, notFound } from './refusals.ts';
import { adminIdentityJson, sessionJson } from './shapes.ts';
import type { Site } from './site.ts';

/** Milliseconds between reading an identity and writing all of it: what another write does meanwhile is lost. */
const READ_TO_WRITE = 2;

const listQuery = z.object({ credentials_identifier: z.string().optional() });

/** The part of the admin API that the product and its tests use. */
export function adminRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  const { identities, sessions } = site.records;

  app.get('/admin/identities', (request, reply) => {
    const { credentials_identifier: email } = listQuery.parse(request.query);
    if (email !== undefined) {
      const found = identityByEmail(site.records, email);
      return found === undefined ? [] : [adminIdentityJson(site, found)];
    }
    const { rows, links } = pageOf([...identities.values()], request.url);
    reply.header('link', links);
    return rows.map((row) => adminIdentityJson(site, row));
  });

  app.get('/admin/identities/:id', (request) => adminIdentityJson(site, find(site, request)));

  app.patch('/admin/identities/:id', async (request) => {
    const row = find(site, request); // an unknown id is a 404 before the patch is even looked at
    const patched = patchedRow(row, bodyOf(request));
    await pause(READ_TO_WRITE);
    identities.set(row.id, patched);
    return adminIdentityJson(site, patched);
  });

  app.get('/admin/identities/:id/sessions', (request) => {
    const identity = find(site, request);
    return sessionsOf(site, identity).map((session) => sessionJson(site, session, identity));
  });

  app.delete('/admin/identities/:id/sessions', (request, reply) => {
    const found = sessionsOf(site, find(site, request));
    if (found.length === 0) throw notFound();
    for (const { id } of found) sessions.delete(id);
    return reply.code(204).send();
  });

  app.post('/admin/recovery/code', (request, reply) => {
    const { identity_id: identityId } = z.object({ identity_id: z.string() }).parse(JSON.parse(bodyOf(request)));
    if (!identities.has(identityId)) throw notFound();
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const requestUrl = `http://${request.host}${request.url}`;
    const flow = newFlow({ kind: 'recovery', type: 'browser', requestUrl, recovery: { identityId, code } });
    site.records.flows.set(flow.id, flow);
    return reply.code(201).send({ recovery_link: uiOf(site, flow), recovery_code: code, expires_at: flow.expiresAt });
  });
}

function find(site: Site, request: FastifyRequest): IdentityRow {
  const { id } = z.object({ id: z.string() }).parse(request.params);
  const identity = site.records.identities.get(id);
  if (identity === undefined) throw notFound();
  return identity;
}

function sessionsOf(site: Site, identity: IdentityRow) {
  return [...site.records.sessions.values()].filter(({ identityId }) => identityId === identity.id);
}

/** Kratos takes any content type here. */
function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

const patchable = z.object({
  state: z.string(),
  traits: z.object({ email: z.string() }),
  metadata_public: z.unknown().default(null),
  metadata_admin: z.unknown().default(null),
});

function patchedRow(row: IdentityRow, patch: string): IdentityRow {
  const result = patchable.safeParse(applyPatch(row, patch));
  if (!result.success) throw badRequest('the identity no longer fits its schema');
  const { state } = result.data;
  if (!['active', 'inactive'].includes(state)) {
    const reason = `The supplied state ('${state}') was not valid. Valid states are ('active', 'inactive').`;
    throw badRequest(reason, 'identity state is not valid');
  }
  const now = new Date().toISOString();
  const changed = state === row.state ? {} : { state_changed_at: now };
  return { ...row, ...result.data, ...changed, updated_at: now };
}
