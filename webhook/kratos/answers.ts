import { z } from 'zod';
import { type RefusalCode, UpstreamError } from '../errors.ts';
import { type Answer, accept, type Call, isSuccess, parseJson, refusal, spentFor } from '../upstream/http.ts';
import type { IdentityPage, KratosIdentity, LinkedCredentials, Patched, Whoami } from './types.ts';

/** A page, and where the next one begins: `page_token` of the `Link` header's `next` (seen at v25.4.0 and v26.2.0). */
export function toPage(answer: Answer, wire: z.infer<typeof pageWire>): IdentityPage {
  const next = nextToken(answer.headers.link);
  const pause = spentFor(answer);
  return {
    identities: wire.map((identity) => toIdentity(identity)),
    ...(next !== undefined && { next }),
    ...(pause !== undefined && { pause }),
  };
}

function nextToken(link = ''): string | undefined {
  const address = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  const query = address === undefined ? undefined : address.slice(address.indexOf('?') + 1);
  return query === undefined ? undefined : (new URLSearchParams(query).get('page_token') ?? undefined);
}

/** Kratos' error document, where the answer holds one. */
export function errorOf(answer: Answer): ErrorWire | undefined {
  return errorWire.safeParse(parseJson(answer.body)).data;
}

/** The body of a 2xx, parsed and checked; for everything else an `UpstreamError`. */
export function accepted<T>(call: Call, answer: Answer, schema: z.ZodType<T>): T {
  if (!isSuccess(answer.status)) throw kratosRefusal(call, answer);
  return accept(call, answer, schema);
}

/**
 * Whether there was something to delete. Kratos says with the same 404 that there is no such thing and that there is no
 * such identity; a 404 in other words is the one of a wrong address or of a proxy.
 * @throws UpstreamError for every answer that says neither
 */
export function wereThere(call: Call, answer: Answer): boolean {
  if (isSuccess(answer.status)) return true;
  const error = kratosRefusal(call, answer);
  if (error.facts.code === 'identity-not-found') return false;
  throw error;
}

/** The error of an answer that is no 2xx, with what Kratos' own words say of it (docs/reference/kratos.md#7-admin-identity-api). */
export function kratosRefusal(call: Call, answer: Answer): UpstreamError {
  return refusal(call, answer, codeOf(answer.status, errorOf(answer)));
}

function codeOf(status: number, document: ErrorWire | undefined): RefusalCode | undefined {
  const { message, reason } = document?.error ?? {};
  if (status === 404) return message === 'Unable to locate the resource' ? 'identity-not-found' : 'no-such-path';
  const collided = [message, reason].some((words) => words?.startsWith('Unable to serialize access'));
  return status === 400 && collided ? 'serialization' : undefined;
}
function step(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** What stands at a JSON pointer (RFC 6901) in the traits; undefined where nothing does. */
export function traitAt(traits: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(step, traits);
}

/** A language tag as people's profiles hold it: `de`, `pt-BR`, `de_AT`. */
const TAG = /^[a-z]{2,3}([-_][a-z0-9]{2,8}){0,3}$/i;

/** The language in the traits. What looks like no language tag is left where it is: it may be anything. */
export function localeIn(traits: unknown, pointer: string): string | undefined {
  const found = traitAt(traits, pointer);
  return typeof found === 'string' && TAG.test(found) ? found.replaceAll('_', '-') : undefined;
}

/** What stands at each of these pointers, by its name. */
export function traitsAt(traits: unknown, pointers: Readonly<Record<string, string>>): Record<string, unknown> {
  const found = Object.entries(pointers).map(([name, pointer]) => [name, traitAt(traits, pointer)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/**
 * What Kratos says of a person's credentials (docs/reference/kratos.md#9-sessions-and-redirects). An inactive session is none.
 * @throws UpstreamError for an answer that says neither yes nor no
 */
export function toWhoami(call: Call, answer: Answer, localeTrait?: string): Whoami {
  if (answer.status === 401) return { kind: 'none' };
  if (answer.status === 403) return toSecondFactor(call, answer);
  const session = accept(call, answer, sessionWire);
  return session.active ? { kind: 'session', identity: toIdentity(session.identity, localeTrait) } : { kind: 'none' };
}

function toSecondFactor(call: Call, answer: Answer): Whoami {
  const document = errorOf(answer);
  if (document?.error.id !== 'session_aal2_required') throw kratosRefusal(call, answer);
  const redirectTo = document.redirect_browser_to ?? document.error.details?.redirect_browser_to;
  return { kind: 'second-factor', ...(redirectTo !== undefined && { redirectTo }) };
}

/** Nobody can be asked: as for an address at which nobody listens, nothing was sent. */
export function unconfigured(call: Call): UpstreamError {
  return new UpstreamError({
    ...call,
    failure: 'unreachable',
    detail: 'the public address of Kratos is not configured',
  });
}

/** What we read of Kratos' answers (docs/reference/kratos.md#7-admin-identity-api, docs/reference/kratos.md#9-sessions-and-redirects), open to everything else in them. */

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

export function toLinked(wire: z.infer<ReturnType<typeof credentialsWire>>): LinkedCredentials {
  const { credentials, metadata_public: metadataPublic } = wire;
  const { config, updated_at: storedAt } = credentials.oidc ?? {};
  const linked = (config?.providers ?? []).map(({ provider, subject, initial_id_token: idToken }) => {
    return { provider, subject, idToken, ...(storedAt !== undefined && { storedAt }) };
  });
  return { credentials: linked, metadataPublic };
}
