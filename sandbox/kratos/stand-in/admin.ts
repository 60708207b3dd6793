import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { badRequest, type KratosError, notFound, uiOf } from './errors.ts';
import { adminIdentityJson, sessionJson } from './shapes.ts';
import { type Address, type IdentityRow, identityByEmail, newFlow, newIdentity, type Site } from './site.ts';

/** Milliseconds between the read of an identity and the write of the whole row: a write in between is lost. */
const READ_TO_WRITE = 2;

const listQuery = z.object({ credentials_identifier: z.string().optional() });

/** An account with a password, which no hook hears of. */
const newIdentityBody = z.object({
  traits: z.object({ email: z.string() }),
  credentials: z.object({ password: z.object({ config: z.object({ password: z.string() }) }) }),
});

/** The part of the admin API that the service and its tests use. */
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

  app.post('/admin/identities', (request, reply) => {
    const { traits, credentials } = newIdentityBody.parse(JSON.parse(bodyOf(request)));
    const row = newIdentity(traits.email);
    identities.set(row.id, row);
    site.records.passwords.set(row.id, credentials.password.config.password);
    return reply.code(201).send(adminIdentityJson(site, row));
  });

  app.get('/admin/identities/:id', (request) => adminIdentityJson(site, find(site, request)));

  app.patch('/admin/identities/:id', async (request) => {
    const row = find(site, request); // an unknown id is a 404 before the patch is read
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

/** Kratos accepts any content type here. */
function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

const DEFAULT_PAGE_SIZE = 250;

/** Kratos' limit, which differs from its documentation. */
const LARGEST_PAGE = 500;

/** One page of the list, and its `Link` header. The `page_token` is an offset (docs/reference/kratos.md#7-admin-identity-api). */
function pageOf(all: readonly IdentityRow[], url: string): { rows: readonly IdentityRow[]; links: string } {
  const query = new URL(url, 'http://kratos.invalid').searchParams;
  const size = Math.min(LARGEST_PAGE, Number(query.get('page_size') ?? DEFAULT_PAGE_SIZE));
  const start = placeOf(query.get('page_token'));
  const rows = all.slice(start, start + size);
  const links = [link(size, 0, 'first')];
  if (start + size < all.length) links.push(link(size, start + size, 'next'));
  return { rows, links: links.join(',') };
}

function placeOf(token: string | null): number {
  if (token === null) return 0;
  const place = /^place-(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (place === undefined) throw badRequest('The page token is invalid, do not craft your own page tokens');
  return Number(place);
}

function link(size: number, place: number, rel: string): string {
  const token = Buffer.from(`place-${place}`).toString('base64url');
  return `</admin/identities?page_size=${size}&page_token=${token}>; rel="${rel}"`;
}

const address = z.object({
  id: z.string().default(() => randomUUID()),
  value: z.string(),
  via: z.string(),
  verified: z.boolean(),
  status: z.string(),
  verified_at: z.string().optional(),
});

const patchable = z.object({
  state: z.string(),
  traits: z.object({ email: z.string(), phone: z.string().optional() }),
  verifiable_addresses: z.array(address),
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
  const addresses = addressesOf(result.data);
  return { ...row, ...result.data, verifiable_addresses: addresses, ...changed, updated_at: now };
}

/** As the schema wants them: the phone number's, unverified where it is new; that of another number is dropped. */
function addressesOf({ traits, verifiable_addresses: known }: z.infer<typeof patchable>): Address[] {
  if (traits.phone === undefined) return [];
  const own = known.filter(({ value, via }) => via === 'sms' && value === traits.phone);
  const unverified = { id: randomUUID(), value: traits.phone, via: 'sms', verified: false, status: 'pending' };
  return own.length > 0 ? own : [unverified];
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const operation = z.object({ op: z.string(), path: z.string(), value: z.json().optional() });

const denied = /^\/(id|statechangedat|credentials)$/i;

/**
 * Applies a JSON Patch to a copy of the document, as Kratos does (docs/reference/kratos.md#7-admin-identity-api): `add`, `replace` and `remove` only,
 * `replace` of a missing member adds it, and missing or null parents are created. Throws a KratosError.
 */
function applyPatch(document: unknown, patch: string): unknown {
  let result = z.json().parse(structuredClone(document));
  for (const { op, path, value } of readOperations(patch)) {
    if (!['add', 'replace', 'remove'].includes(op)) throw refused(`unsupported operation: ${op}`);
    if (denied.test(path)) throw refused(`patch includes denied path: ${path}`);
    const segments = path.split('/').slice(1).map(unescapeSegment);
    result = op === 'remove' ? remove(result, segments, path) : add(result, segments, value ?? null);
  }
  return result;
}

function readOperations(patch: string): z.infer<typeof operation>[] {
  const json = parseJson(patch);
  if (json === undefined) throw refused('invalid state detected');
  if (json === null) return []; // a patch without operations, as Kratos reads it
  if (!Array.isArray(json)) throw refused('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  return z.array(operation).parse(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Missing parents are created; a numeric segment creates a list, not an object. */
function add(target: Json, segments: readonly string[], value: Json): Json {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  const parent = target ?? (/^(\d+|-)$/.test(first) ? [] : {});
  if (Array.isArray(parent)) {
    const index = first === '-' ? parent.length : Number(first);
    if (rest.length > 0) return withItem(parent, index, add(parent[index] ?? null, rest, value));
    return index < parent.length ? parent.toSpliced(index, 0, value) : withItem(parent, index, value);
  }
  if (typeof parent !== 'object') throw refused('invalid state detected');
  return { ...parent, [first]: add(parent[first] ?? null, rest, value) };
}

function withItem(list: Json[], index: number, value: Json): Json[] {
  return Array.from({ length: Math.max(list.length, index + 1) }, (_, at) =>
    at === index ? value : (list[at] ?? null),
  );
}

function remove(target: Json, segments: readonly string[], path: string): Json {
  const [first = '', ...rest] = segments;
  if (target === null || typeof target !== 'object' || Array.isArray(target) || !(first in target)) {
    throw refused(`remove operation does not apply: doc is missing path: "${path}": missing value`);
  }
  const { [first]: inner = null, ...others } = target;
  return rest.length === 0 ? others : { ...target, [first]: remove(inner, rest, path) };
}

function refused(message: string): KratosError {
  return badRequest('An error occured when applying the JSON patch', message); // Kratos' own spelling
}
