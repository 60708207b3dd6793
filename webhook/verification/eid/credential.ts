import { createHmac } from 'node:crypto';
import type { HookTimes } from '../../eid/id-token.ts';
import { type EidFlaw, EidRefused, UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { OidcCredential } from '../../kratos/types.ts';
import type { Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context, EidContext } from '../context.ts';
import { isEverSatisfied, isSatisfied } from './levels.ts';

interface CredentialKey {
  readonly provider: string;
  /** Keyed hash of issuer and subject. */
  readonly subject: string;
  /** Keyed hash of the ID token, so that its event is written once. Not given: it is written each time. */
  readonly token?: string;
}

/** The result of the check of one linked credential. */
export type CredentialFinding = CredentialKey &
  (
    | {
        readonly kind: 'verified';
        readonly level: string | null;
        /** Epoch milliseconds. */
        readonly issuedAt: number;
        /** Whether the level is enough for the policy. */
        readonly satisfies: boolean;
        /** True: the eID approved another identity before, and stays with it. */
        readonly taken: boolean;
      }
    | { readonly kind: 'refused'; readonly flaw: EidFlaw }
    /** No level of its provider is enough for the policy, so the token is not verified. */
    | { readonly kind: 'never-enough' }
    /** It approved this identity before and is still linked. */
    | { readonly kind: 'known' }
    /** The provider's keys could not be read: the token is still to be verified. */
    | { readonly kind: 'unread'; readonly facts: UpstreamFacts }
  );

/** A finding whose token is genuine. */
export type Verified = Extract<CredentialFinding, { kind: 'verified' }>;

/** Whether a finding approves the identity. */
export function isSufficient(finding: CredentialFinding): finding is Verified {
  return finding.kind === 'verified' && finding.satisfies && !finding.taken;
}

/** Returns the event of a credential that does not approve; undefined: none. It is written once per token, however often that is read. */
export function eventFor(finding: CredentialFinding, identityId: string): LedgerEvent | undefined {
  const event = eventOf(finding);
  if (event === undefined || finding.token === undefined) return event;
  return { ...event, once: `${event.kind}:${identityId}:${finding.token}` };
}

function eventOf(finding: CredentialFinding): LedgerEvent | undefined {
  const { provider } = finding;
  switch (finding.kind) {
    case 'known':
    case 'unread':
      return undefined;
    case 'refused':
      return { kind: 'eid_refused', detail: { provider, flaw: finding.flaw } };
    case 'never-enough':
      return { kind: 'eid_not_enough', detail: { provider, level: null } };
    case 'verified':
      if (finding.taken) return { kind: 'eid_taken', detail: { provider } };
      return finding.satisfies ? undefined : { kind: 'eid_not_enough', detail: { provider, level: finding.level } };
    default:
      return finding satisfies never;
  }
}

/** Returns a keyed hash of a person's issuer and subject: the ledger does not disclose them. */
export function subjectHash(key: Buffer, issuer: string, subject: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['eid', issuer, subject]))
    .digest('base64url');
}

/** The hash of a credential's subject at an issuer. */
function subjectOf(ctx: Context, issuer: string | undefined, { subject }: OidcCredential): string {
  return subjectHash(ctx.ledger.subjectKey, issuer ?? '', subject);
}

/** Whether a hook reported a link whose token is newer than the approval, which it may renew. */
function isNewer({ completedAt }: Verification, issuedAt: number | undefined, { eidReportedAt }: Identity): boolean {
  return eidReportedAt !== null && issuedAt !== undefined && issuedAt > (completedAt ?? 0);
}

/**
 * Returns the finding `known` if this eID has approved the identity already: a token is verified once, as of its own hook. Else
 * undefined. The issuer may be the configured one or the token's own, so an approval stays after the configuration changes.
 */
export function alreadyApproved(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credential: OidcCredential,
): CredentialFinding | undefined {
  const { provider, idToken } = credential;
  const configured = eid.providers[provider]?.issuer;
  const claimed = eid.client.readClaims(idToken);
  const subjects = [configured, claimed.issuer].map((issuer) => subjectOf(ctx, issuer, credential));
  const row = record.verifications.find(
    ({ subject, decision }) => decision !== null && subjects.includes(subject ?? ''),
  );
  if (row === undefined || row.subject === null) return undefined;
  const isVerifiedAgain = configured === claimed.issuer && isNewer(row, claimed.issuedAt, record.identity);
  return isVerifiedAgain ? undefined : { kind: 'known', provider, subject: row.subject };
}

/** Without a hook the time at which Kratos stored the credential counts. */
function hookTimes(ctx: Context, { identity }: IdentityRecord, { storedAt }: OidcCredential): HookTimes {
  const until = identity.eidReportedAt ?? storedAt ?? ctx.clock.now();
  return { since: identity.eidReportedSince ?? until, until };
}

function credentialKey(ctx: Context, eid: EidContext, credential: OidcCredential): Required<CredentialKey> {
  const { provider, idToken } = credential;
  const subject = subjectOf(ctx, eid.providers[provider]?.issuer, credential);
  return { provider, subject, token: subjectHash(ctx.ledger.subjectKey, subject, idToken) };
}

async function verifyCredential(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credential: OidcCredential,
  key: CredentialKey,
): Promise<CredentialFinding> {
  const { provider, idToken } = credential;
  const { level, issuedAt, subject } = await eid.client.verify(provider, idToken, hookTimes(ctx, record, credential));
  if (subject !== credential.subject) return { kind: 'refused', ...key, flaw: 'subject' };
  const owner = await ctx.ledger.identityOfSubject(key.subject);
  const taken = owner !== undefined && owner !== record.identity.id;
  const satisfies = isSatisfied(ctx.policy.evidence, provider, level);
  return { kind: 'verified', ...key, level, issuedAt, satisfies, taken };
}

/** Checks one credential. An unreachable provider is a finding too, so that it does not hold up the other credentials. */
export async function checkCredential(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credential: OidcCredential,
): Promise<CredentialFinding> {
  const key = credentialKey(ctx, eid, credential);
  if (!isEverSatisfied(ctx.policy.evidence, key.provider)) return { kind: 'never-enough', ...key };
  try {
    return await verifyCredential(ctx, eid, record, credential, key);
  } catch (error) {
    if (error instanceof EidRefused) return { kind: 'refused', ...key, flaw: error.flaw };
    if (error instanceof UpstreamError) return { kind: 'unread', ...key, facts: error.facts };
    throw error;
  }
}
