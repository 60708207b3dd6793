import type { Identity, IdentityRecord, Source, Verification, WaitingOn } from '../../model.ts';
import { type AttemptStatus, attemptStatus } from './attempts.ts';
import { type DerivedStanding, deriveStanding, PUBLISHED_RETRY_RULES, waitingOnOf } from './standing.ts';

/** `metadata_public.jumio` (docs/design.md#what-is-stored-where): the person can read it. Schema: docs/schemas/metadata-public.schema.json. */
export interface PublishedStatus {
  readonly status: 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired';
  readonly verdict?: 'PASSED' | 'WARNING' | 'FAILED';
  /** Jumio, the operator or an eID provider: the one that decided or will decide. Absent: an inherited status does not say it. */
  readonly source?: Source;
  /** The level of assurance, where the source has one. */
  readonly level?: string;
  readonly account_id?: string;
  readonly workflow_execution_id?: string;
  readonly verification_id?: string;
  /** The status of a further attempt; only beside a decided standing. */
  readonly attempt?: AttemptStatus;
  /** ISO 8601, UTC: when this last changed. */
  readonly updated_at: string;
}

/** `metadata_admin.jumio`: for the operator only. */
export interface AdminStatus {
  readonly decision_label?: string;
  readonly risk_score?: number;
  readonly attempts: number;
  readonly waiting_on: WaitingOn;
  /** The consent of the person, with the version and language of its text. */
  readonly consent?: { readonly text_version: string; readonly language: string; readonly at: string };
  /** When the person refused; absent if they agreed later. ISO 8601, UTC. */
  readonly declined_at?: string;
  /** The version of the content: a ledger that is older knows by it that it has lost something (docs/design.md#epochs). */
  readonly version: number;
}

/** Both objects of the published copy. */
export interface PublishedContent {
  readonly public: PublishedStatus;
  readonly admin: AdminStatus;
}

/** One version of the content of an identity. */
type ContentVersion = Pick<Identity, 'changedAt' | 'version'> & { readonly content: string };

type Undated = { readonly public: Omit<PublishedStatus, 'updated_at'>; readonly admin: Omit<AdminStatus, 'version'> };

/** Only a verification at Jumio has ids. */
function ids({ source, accountId, executionId, id }: Verification): Partial<PublishedStatus> {
  if (source !== 'jumio') return {};
  return {
    ...(accountId ? { account_id: accountId } : {}),
    ...(executionId ? { workflow_execution_id: executionId } : {}),
    verification_id: id,
  };
}

function givenBy(verification: Verification): Partial<PublishedStatus> {
  const { source, decision, level } = verification;
  return {
    source,
    ...(decision ? { verdict: decision } : {}),
    ...(level ? { level } : {}),
    ...ids(verification),
  };
}

function furtherAttempt({ standing, attempts }: DerivedStanding): Partial<PublishedStatus> {
  const attempt = attempts.at(-1);
  if (standing === null || attempt === undefined || attempt.decision !== null) return {};
  return { attempt: attemptStatus(attempt) };
}

/** The verification that an inherited status rests on, for its ids; null: it is not known, or of another source than the copy said. */
function inheritedFrom({ identity, verifications }: IdentityRecord): Verification | null {
  const { inheritedSource } = identity;
  const found = verifications.find(({ id }) => id === identity.inheritedFrom);
  return found && (inheritedSource ?? found.source) === found.source ? found : null;
}

/** Who decided, else who will. An inherited status keeps the origin of its copy, and never gets another one (decision 108). */
function origin({ identity }: IdentityRecord, { standing }: DerivedStanding, by: Verification | null) {
  if (by !== null) return givenBy(by);
  if (standing === null) return { source: 'jumio' } as const;
  const { inheritedSource: source, inheritedLevel: level } = identity;
  return { ...(source ? { source } : {}), ...(level ? { level } : {}) };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

function consent({ identity }: IdentityRecord): Partial<AdminStatus> {
  const { consentVersion, consentLanguage, consentAt, declinedAt } = identity;
  const hasConsent = consentVersion !== null && consentLanguage !== null && consentAt !== null;
  return {
    ...(hasConsent
      ? { consent: { text_version: consentVersion, language: consentLanguage, at: isoTime(consentAt) } }
      : {}),
    ...(declinedAt === null ? {} : { declined_at: isoTime(declinedAt) }),
  };
}

function admin(
  record: IdentityRecord,
  verification: Verification | null,
  { facts, attempts }: DerivedStanding,
): Omit<AdminStatus, 'version'> {
  return {
    ...(verification?.decisionLabel ? { decision_label: verification.decisionLabel } : {}),
    ...(verification && verification.riskScore !== null ? { risk_score: verification.riskScore } : {}),
    attempts: attempts.length,
    waiting_on: waitingOnOf(facts, PUBLISHED_RETRY_RULES),
    ...consent(record),
  };
}

/**
 * Returns the content of the published copy as JSON text without `updated_at`; null: there is none. A row with nothing but an
 * inherited status has none, because the copy that it was read from shows that status. Nor has an erased identity.
 * @param derived the standing of this record, if it is computed already
 */
export function contentOf(record: IdentityRecord, derived = deriveStanding(record)): string | null {
  const { status, standing } = derived;
  const { awaitingConsent, eidCheck, erasedAt } = record.identity;
  const hasNothing = record.verifications.length === 0 && !awaitingConsent && eidCheck !== 'sign-up';
  if (status === 'none' || hasNothing || erasedAt !== null) return null;
  const by = standing === null ? (derived.attempts.at(-1) ?? null) : (standing.by ?? inheritedFrom(record));
  const content: Undated = {
    public: { status, ...origin(record, derived, by), ...furtherAttempt(derived) },
    admin: admin(record, by, derived),
  };
  return JSON.stringify(content);
}

/** Returns the objects of a version. The same content and time (epoch milliseconds) always give the same bytes. */
export function publishedContent({ content, changedAt, version }: ContentVersion): PublishedContent {
  const undated: Undated = JSON.parse(content);
  return { admin: { ...undated.admin, version }, public: { ...undated.public, updated_at: isoTime(changedAt) } };
}
