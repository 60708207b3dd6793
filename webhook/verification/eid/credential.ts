import { createHmac } from 'node:crypto';
import type { HookTimes } from '../../eid/id-token.ts';
import { type EidFlaw, EidRefused, UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { OidcCredential } from '../../kratos/types.ts';
import type { Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context, EidContext } from '../context.ts';
import { isEverSatisfied, isSatisfied } from './levels.ts';

interface Linked {
  readonly provider: string;
  /** Keyed hash of issuer and subject. */
  readonly subject: string;
  /** Tells its token from every other; what a token comes to is told once. Not given: told each time. */
  readonly token?: string;
}

/** One credential of an eID provider of ours, as it was found with the identity. */
export type CredentialFinding = Linked &
  (
    | {
        readonly kind: 'verified';
        readonly level: string | null;
        /** Epoch milliseconds. */
        readonly issuedAt: number;
        /** What the policy says to this level. */
        readonly satisfies: boolean;
        /** Another identity was approved by it before, and keeps it. */
        readonly taken: boolean;
      }
    | { readonly kind: 'refused'; readonly flaw: EidFlaw }
    /** By the policy no level of its provider is ever enough: there is nothing to ask the provider for. */
    | { readonly kind: 'never-enough' }
    /** It approved this identity before, and still is linked. */
    | { readonly kind: 'known' }
    /** Its provider's keys cannot be had: it is linked, and what it says is still owed. */
    | { readonly kind: 'unread'; readonly facts: UpstreamFacts }
  );

export type Verified = Extract<CredentialFinding, { kind: 'verified' }>;

/** Whether it approves. */
export function isSufficient(found: CredentialFinding): found is Verified {
  return found.kind === 'verified' && found.satisfies && !found.taken;
}

/** What the operator is told of a credential that approves nobody: once, however often it is read. */
export function eventFor(found: CredentialFinding, identityId: string): LedgerEvent | undefined {
  const event = eventOf(found);
  if (event === undefined || found.token === undefined) return event;
  return { ...event, once: `${event.kind}:${identityId}:${found.token}` };
}

function eventOf(found: CredentialFinding): LedgerEvent | undefined {
  const { provider } = found;
  switch (found.kind) {
    case 'known':
    case 'unread':
      return undefined;
    case 'refused':
      return { kind: 'eid_refused', detail: { provider, flaw: found.flaw } };
    case 'never-enough':
      return { kind: 'eid_not_enough', detail: { provider, level: null } };
    case 'verified':
      if (found.taken) return { kind: 'eid_taken', detail: { provider } };
      return found.satisfies ? undefined : { kind: 'eid_not_enough', detail: { provider, level: found.level } };
    default:
      return found satisfies never;
  }
}

/** Who a person is to an eID, so that nobody can tell from the ledger. */
export function subjectHash(key: Buffer, issuer: string, subject: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['eid', issuer, subject]))
    .digest('base64url');
}

/** Who a credential is by an issuer. */
function subjectBy(ctx: Context, issuer: string | undefined, { subject }: OidcCredential): string {
  return subjectHash(ctx.ledger.referenceKey, issuer ?? '', subject);
}

/** A hook told of a link, and the token says that it is newer than what was judged: it may renew an approval. */
function isNewer({ completedAt }: Verification, issuedAt: number | undefined, { eidReportedAt }: Identity): boolean {
  return eidReportedAt !== null && issuedAt !== undefined && issuedAt > (completedAt ?? 0);
}

/**
 * Whether this identity was approved by this very eID already: a token is judged once, as of its own hook. Its issuer is
 * what the token of then says as well as what is configured now: who approved stays linked whatever is configured.
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
  const subjects = [configured, claimed.issuer].map((issuer) => subjectBy(ctx, issuer, credential));
  const row = record.verifications.find(
    ({ subject, decision }) => decision !== null && subjects.includes(subject ?? ''),
  );
  if (row === undefined || row.subject === null) return undefined;
  const isJudgedAgain = configured === claimed.issuer && isNewer(row, claimed.issuedAt, record.identity);
  return isJudgedAgain ? undefined : { kind: 'known', provider, subject: row.subject };
}

/** Where no hook told of it, when Kratos stored it says of when it is. */
function hookTimes(ctx: Context, { identity }: IdentityRecord, { storedAt }: OidcCredential): HookTimes {
  const until = identity.eidReportedAt ?? storedAt ?? ctx.clock.now();
  return { since: identity.eidReportedSince ?? until, until };
}

/** Which credential it is, and of which token. */
function credentialKey(ctx: Context, eid: EidContext, credential: OidcCredential) {
  const { provider, idToken } = credential;
  const subject = subjectBy(ctx, eid.providers[provider]?.issuer, credential);
  return { provider, subject, token: subjectHash(ctx.ledger.referenceKey, subject, idToken) };
}

type CredentialKeyOf = ReturnType<typeof credentialKey>;

async function verified(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credential: OidcCredential,
  linked: CredentialKeyOf,
): Promise<CredentialFinding> {
  const { provider, idToken } = credential;
  const { level, issuedAt, subject } = await eid.client.verify(provider, idToken, hookTimes(ctx, record, credential));
  if (subject !== credential.subject) return { kind: 'refused', ...linked, flaw: 'subject' };
  const owner = await ctx.ledger.identityOfSubject(linked.subject);
  const taken = owner !== undefined && owner !== record.identity.id;
  const satisfies = isSatisfied(ctx.policy.evidence, provider, level);
  return { kind: 'verified', ...linked, level, issuedAt, satisfies, taken };
}

/** What a credential comes to. A provider that cannot be asked is an answer too: it must not hold up the others. */
export async function checkCredential(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credential: OidcCredential,
): Promise<CredentialFinding> {
  const linked = credentialKey(ctx, eid, credential);
  if (!isEverSatisfied(ctx.policy.evidence, linked.provider)) return { kind: 'never-enough', ...linked };
  try {
    return await verified(ctx, eid, record, credential, linked);
  } catch (error) {
    if (error instanceof EidRefused) return { kind: 'refused', ...linked, flaw: error.flaw };
    if (error instanceof UpstreamError) return { kind: 'unread', ...linked, facts: error.facts };
    throw error;
  }
}
