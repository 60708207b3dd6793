import { z } from 'zod';
import { LANGUAGE_TAG, NOT_EMPTY, PLAIN_TEXT } from '../accepted-text.ts';
import { type RefusalCode, UpstreamError } from '../errors.ts';
import {
  accept,
  type Call,
  isSuccess,
  parseJson,
  pauseUntilRenewal,
  refusal,
  type UpstreamAnswer,
} from '../upstream/http.ts';
import { addressesWire, authenticationWire, toSession } from './authentication.ts';
import type { IdentityPage, KratosIdentity, LinkedCredentials, Patched, Whoami } from './types.ts';

/** Returns a page of identities, and the token of the next one: `page_token` of the `Link` header's `next` (as in v25.4.0 and v26.2.0). */
export function toPage(answer: UpstreamAnswer, wire: z.infer<typeof pageWire>): IdentityPage {
  const next = nextToken(answer.headers.link);
  const pause = pauseUntilRenewal(answer);
  return {
    identities: wire.map((identity) => toIdentity(identity)),
    ...(next !== undefined && { next }),
    ...(pause !== undefined && { pause }),
  };
}

function nextToken(link = ''): string | undefined {
  const url = /<([^<>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  const query = url === undefined ? undefined : url.slice(url.indexOf('?') + 1);
  return query === undefined ? undefined : (new URLSearchParams(query).get('page_token') ?? undefined);
}

/** Kratos' error document, if the answer holds one. */
function errorOf(answer: UpstreamAnswer): ErrorWire | undefined {
  return errorWire.safeParse(parseJson(answer.body)).data;
}

/**
 * Returns the body of a 2xx, parsed and checked.
 * @throws UpstreamError for everything else, with what Kratos' error document says
 */
export function acceptKratos<T>(call: Call, answer: UpstreamAnswer, schema: z.ZodType<T>): T {
  if (!isSuccess(answer.status)) throw kratosRefusal(call, answer);
  return accept(call, answer, schema);
}

/**
 * Whether there was something to delete. Kratos answers with the same 404 if there is nothing and if there is no such
 * identity; a 404 with another message is that of a wrong URL or of a proxy.
 * @throws UpstreamError for every answer that says neither
 */
export function hasDeleted(call: Call, answer: UpstreamAnswer): boolean {
  if (isSuccess(answer.status)) return true;
  const error = kratosRefusal(call, answer);
  if (error.facts.code === 'identity-not-found') return false;
  throw error;
}

/** Returns the error of an answer that is no 2xx, with what Kratos' error document says (docs/reference/kratos.md#7-admin-identity-api). */
function kratosRefusal(call: Call, answer: UpstreamAnswer): UpstreamError {
  return refusal(call, answer, codeOf(answer.status, errorOf(answer)));
}

function codeOf(status: number, document: ErrorWire | undefined): RefusalCode | undefined {
  const { message, reason } = document?.error ?? {};
  if (status === 404) return message === 'Unable to locate the resource' ? 'identity-not-found' : 'no-such-path';
  const isCollision = [message, reason].some((text) => text?.startsWith('Unable to serialize access'));
  return status === 400 && isCollision ? 'serialization' : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** The value at a JSON pointer (RFC 6901) in the traits; undefined: there is none. */
function traitAt(traits: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(memberOf, traits);
}

/** The language tag in the traits, where profiles also write `de_AT`; undefined: the value is none, and may be anything. */
function localeIn(traits: unknown, pointer: string): string | undefined {
  const found = traitAt(traits, pointer);
  const tag = typeof found === 'string' ? found.replaceAll('_', '-') : '';
  return LANGUAGE_TAG.test(tag) ? tag : undefined;
}

/** Returns the value at each of these pointers, by its name; a missing one is left out. */
export function traitsAt(traits: unknown, pointers: Readonly<Record<string, string>>): Record<string, unknown> {
  const found = Object.entries(pointers).map(([name, pointer]) => [name, traitAt(traits, pointer)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/**
 * Returns what whoami says about credentials (docs/reference/kratos.md#9-sessions-and-redirects). An inactive session counts
 * as none.
 * @throws UpstreamError for an answer that is neither a session nor a refusal of Kratos
 */
export function toWhoami(call: Call, answer: UpstreamAnswer, localeTrait?: string): Whoami {
  if (answer.status === 401) return { kind: 'none' };
  if (answer.status === 403) return toSecondFactor(call, answer);
  const session = accept(call, answer, sessionWire);
  return session.active ? toActive(session, localeTrait) : { kind: 'none' };
}

function toActive(wire: ActiveSession, localeTrait?: string): Whoami {
  const session = toSession(wire, wire.identity.verifiable_addresses);
  const identity = toIdentity(wire.identity, localeTrait);
  return { kind: 'session', identity, ...(session !== undefined && { session }) };
}

function toSecondFactor(call: Call, answer: UpstreamAnswer): Whoami {
  const document = errorOf(answer);
  if (document?.error.id !== 'session_aal2_required') throw kratosRefusal(call, answer);
  const redirectTo = document.redirect_browser_to ?? document.error.details?.redirect_browser_to;
  return { kind: 'second-factor', ...(redirectTo !== undefined && { redirectTo }) };
}

/** Returns the error of a call that cannot be sent: `unreachable`, as for a host that refuses connections. */
export function notConfigured(call: Call): UpstreamError {
  return new UpstreamError({
    ...call,
    failure: 'unreachable',
    detail: 'the public URL of Kratos is not configured',
  });
}

// Schemas of Kratos' answers (docs/reference/kratos.md#7-admin-identity-api, docs/reference/kratos.md#9-sessions-and-redirects).
// Other members are ignored.

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

const id = z.string().regex(NOT_EMPTY);

/** An identity. Metadata may be any JSON, and is returned unchanged. */
export const identityWire = z.object({
  id,
  schema_id: z.string().regex(PLAIN_TEXT).optional().catch(undefined),
  created_at: time,
  metadata_public: z.unknown().optional(),
  metadata_admin: z.unknown().optional(),
  traits: z.unknown().optional(),
  ...stateWire,
});

/** A list of identities, of which only the ids are read. */
export const identitiesWire = z.array(z.object({ id }));

/** A page of identities. */
export const pageWire = z.array(identityWire);

/**
 * Returns an identity without its traits, credentials and addresses.
 * @param localeTrait a JSON pointer to the trait with the person's language, which alone is kept of the traits
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

/** The answer to a PATCH, or that of a proxy in Kratos' place, which has no published copy. */
export const patchedWire = z.object({
  metadata_public: z.object({ jumio: z.unknown().optional() }).optional().catch(undefined),
  ...stateWire,
});

/** Returns what the answer to a PATCH shows. */
export function toPatched(wire: z.infer<typeof patchedWire>): Patched {
  return { jumio: wire.metadata_public?.jumio, ...stateOf(wire) };
}

const activeSession = z.object({
  active: z.literal(true),
  identity: identityWire.extend({ verifiable_addresses: addressesWire }),
  ...authenticationWire,
});

type ActiveSession = z.infer<typeof activeSession>;

const sessionWire = z.discriminatedUnion('active', [activeSession, z.object({ active: z.literal(false) })]);

const redirectUrl = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined);

const errorWire = z.object({
  error: z.object({
    id: text,
    reason: text,
    message: text,
    details: z.object({ redirect_browser_to: redirectUrl }).optional().catch(undefined),
  }),
  redirect_browser_to: redirectUrl,
});

type ErrorWire = z.infer<typeof errorWire>;

const oidcProvider = z.object({ provider: z.string(), subject: z.string(), initial_id_token: z.string().catch('') });

/**
 * Returns the schema of a read with `include_credential=oidc`. An identity that can sign in has credentials (v25.4.0,
 * v26.2.0), of other types if it has none of `oidc`. The member is required: a proxy's `200 {}` must not count as nothing
 * linked, which would withdraw an approval.
 * @param id the identity that the answer must be about
 */
export function credentialsWire(id: string) {
  const oidc = z.object({ config: z.object({ providers: z.array(oidcProvider) }), updated_at: time });
  return z.object({
    id: z.literal(id),
    credentials: z.object({ oidc: oidc.optional() }),
    metadata_public: z.unknown().optional(),
  });
}

/** Returns the eID credentials of an identity, and its public metadata. */
export function toLinked(wire: z.infer<ReturnType<typeof credentialsWire>>): LinkedCredentials {
  const { credentials, metadata_public: metadataPublic } = wire;
  const { config, updated_at: storedAt } = credentials.oidc ?? {};
  const linked = (config?.providers ?? []).map(({ provider, subject, initial_id_token: idToken }) => {
    return { provider, subject, idToken, ...(storedAt !== undefined && { storedAt }) };
  });
  return { credentials: linked, metadataPublic };
}
