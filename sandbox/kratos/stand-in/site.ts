import { randomBytes, randomUUID } from 'node:crypto';
import type { UiMessage } from '../client/forms.ts';
import type { HookSettings } from './hook-settings.ts';

/** The settings and the records that every route of the stand-in uses. */
export interface Site {
  readonly records: Records;
  /** Replaced by a reconfiguration. */
  hooks: HookSettings;
  readonly publicUrl: string;
  readonly uiUrl: string;
  readonly cookieDomain: string;
  readonly allowedReturnUrls: readonly string[];
  readonly retryPauses: readonly number[];
}

/** A site without identities. */
export function newSite(settings: Omit<Site, 'records'>): Site {
  return { ...settings, records: emptyRecords() };
}

/** An address as Kratos shows it. */
export interface Address {
  readonly id: string;
  readonly value: string;
  readonly via: string;
  readonly verified: boolean;
  readonly status: string;
  readonly verified_at?: string | undefined;
}

export interface IdentityRow {
  readonly id: string;
  readonly schema_id: string;
  readonly state: string;
  readonly state_changed_at: string;
  readonly traits: { readonly email: string; readonly phone?: string | undefined };
  /** Of the phone number alone: no mail is verified here. */
  readonly verifiable_addresses: readonly Address[];
  readonly metadata_public: unknown;
  readonly metadata_admin: unknown;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface SessionRow {
  readonly id: string;
  readonly identityId: string;
  readonly token: string;
  readonly cookie: string;
  readonly method: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly userAgent: string;
}

export interface FlowRow {
  readonly id: string;
  readonly kind: 'registration' | 'login' | 'recovery';
  readonly type: 'api' | 'browser';
  readonly requestUrl: string;
  readonly returnTo?: string;
  readonly refresh: boolean;
  readonly csrfToken: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  messages: readonly UiMessage[];
  /** What the person typed as their e-mail address, once a form was refused: Kratos keeps it in the form. */
  typedEmail?: string;
  /** Recovery with a code of the admin API: the identity, and the code until it was used. */
  readonly recovery?: { readonly identityId: string; code: string | undefined };
}

/** The data of the stand-in, in memory. */
interface Records {
  readonly identities: Map<string, IdentityRow>;
  readonly passwords: Map<string, string>;
  readonly sessions: Map<string, SessionRow>;
  readonly flows: Map<string, FlowRow>;
  readonly errors: Map<string, unknown>;
}

function emptyRecords(): Records {
  return { identities: new Map(), passwords: new Map(), sessions: new Map(), flows: new Map(), errors: new Map() };
}

/** Adds identities that never triggered a hook, in the order of their ids; a tenth of them has a published decision. */
export function addCrowd(records: Records, size: number): void {
  for (let n = 0; n < size; n += 1) {
    const head = Math.floor((n / size) * 0x1_0000_0000).toString(16);
    const id = `${head.padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const status = ['approved', 'rejected', 'review', 'approved', 'rejected'][n % 50];
    const metadata = status === undefined ? null : { jumio: { status } };
    records.identities.set(id, { ...newIdentity(`crowd-${n}@example.org`), id, metadata_public: metadata });
  }
}

/** The identity with this e-mail address, in any case; undefined without one. */
export function identityByEmail(records: Records, email: string): IdentityRow | undefined {
  const wanted = email.trim().toLowerCase();
  return [...records.identities.values()].find(({ traits }) => traits.email.toLowerCase() === wanted);
}

export function newIdentity(email: string): IdentityRow {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    schema_id: 'person',
    state: 'active',
    state_changed_at: now,
    traits: { email },
    verifiable_addresses: [],
    metadata_public: null,
    metadata_admin: null,
    created_at: now,
    updated_at: now,
  };
}

const DAY = 24 * 60 * 60 * 1000;

export function newSession(identityId: string, method: string, userAgent: string): SessionRow {
  const now = Date.now();
  return {
    id: randomUUID(),
    identityId,
    token: `ory_st_${randomBytes(24).toString('base64url')}`,
    cookie: randomBytes(48).toString('base64url'),
    method,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DAY).toISOString(),
    userAgent,
  };
}

const HOUR = 60 * 60 * 1000;

export function newFlow(facts: Pick<FlowRow, 'kind' | 'type' | 'requestUrl'> & Partial<FlowRow>): FlowRow {
  const now = Date.now();
  return {
    id: randomUUID(),
    refresh: false,
    csrfToken: '',
    messages: [],
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + HOUR).toISOString(),
    ...facts,
  };
}
