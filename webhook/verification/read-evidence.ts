import { createHmac } from 'node:crypto';
import type { EidClient } from '../eid/client.ts';
import type { HookTimes } from '../eid/id-token.ts';
import type { EidProviders } from '../eid/providers.ts';
import { EidRefused } from '../errors.ts';
import type { OidcCredential } from '../kratos/client.ts';
import type { Snapshot } from '../ledger/types.ts';
import type { Desk } from './desk.ts';
import { withIdentity } from './edit.ts';
import { type Found, onEvidence, withoutEvidence } from './evidence.ts';
import { isSatisfied } from './evidence-policy.ts';
import { decidedStatus, readCopy } from './published-copy.ts';
import { isCopyUnread } from './standing.ts';
import type { Step } from './step.ts';

/** The eID providers that are believed; what of theirs is enough is the policy's. */
export interface Eid {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

/** Who a person is to an eID, so that nobody can tell from the ledger. */
export function subjectHash(key: Buffer, issuer: string, subject: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['eid', issuer, subject]))
    .digest('base64url');
}

/** Who a credential is by an issuer. */
function subjectBy(desk: Desk, issuer: string | undefined, { subject }: OidcCredential): string {
  return subjectHash(desk.ledger.referenceKey, issuer ?? '', subject);
}

/**
 * Whether this identity was approved by this very eID already: a token is judged once, as of its own hook. Its issuer is
 * what the token of then says as well as what is configured now: who approved stays linked whatever is configured.
 */
function knownOf(desk: Desk, eid: Eid, { verifications }: Snapshot, credential: OidcCredential): Found | undefined {
  const { provider, idToken } = credential;
  const issuers = [eid.providers[provider]?.issuer, eid.client.claimedIssuer(idToken)];
  const subjects = issuers.map((issuer) => subjectBy(desk, issuer, credential));
  const subject = subjects.find((one) => verifications.some((row) => row.subject === one && row.decision !== null));
  return subject === undefined ? undefined : { kind: 'known', provider, subject };
}

/** Where no hook told of it, when Kratos stored it says of when it is. */
function hookTimes(desk: Desk, { identity }: Snapshot, { storedAt }: OidcCredential): HookTimes {
  const until = identity.evidenceAt ?? storedAt ?? desk.clock.now();
  return { since: identity.evidenceSince ?? until, until };
}

async function judge(desk: Desk, eid: Eid, snapshot: Snapshot, credential: OidcCredential): Promise<Found> {
  const { provider, subject: theirs, idToken } = credential;
  const subject = subjectBy(desk, eid.providers[provider]?.issuer, credential);
  try {
    const { level, issuedAt, ...token } = await eid.client.verify(
      provider,
      idToken,
      hookTimes(desk, snapshot, credential),
    );
    if (token.subject !== theirs) return { kind: 'refused', provider, subject, flaw: 'subject' };
    const owner = await desk.ledger.identityOfSubject(subject);
    const taken = owner !== undefined && owner !== snapshot.identity.id;
    const satisfies = isSatisfied(desk.policy.evidence, provider, level);
    return { kind: 'verified', provider, subject, level, issuedAt, satisfies, taken };
  } catch (error) {
    if (!(error instanceof EidRefused)) throw error;
    return { kind: 'refused', provider, subject, flaw: error.flaw };
  }
}

/** Somebody whom we meet by a link brings the status that their copy tells: a rejection is not laundered by an eID. */
function inheriting(snapshot: Snapshot, metadataPublic: unknown): Snapshot {
  if (!isCopyUnread(snapshot)) return snapshot;
  return withIdentity(snapshot, { inherited: decidedStatus(readCopy({ metadata_public: metadataPublic })) });
}

/**
 * Reads the credentials of an identity of which a hook said that it has an eID, and decides by them. The identity's
 * content may have changed by it. Rejects with `UpstreamError` where Kratos or the provider's keys cannot be had.
 */
export async function readEvidence(desk: Desk, eid: Eid, step: Step): Promise<void> {
  const { snapshot } = step.claim;
  const { credentials, metadataPublic } = await desk.kratos.oidcCredentials(step.identityId);
  const known = credentials.map((credential) => knownOf(desk, eid, snapshot, credential));
  const unknown = credentials.filter(({ provider }, n) => !known[n] && Object.hasOwn(eid.providers, provider));
  const judged = await Promise.all(unknown.map((credential) => judge(desk, eid, snapshot, credential)));
  const found = [...known.filter((one) => one !== undefined), ...judged];
  const now = desk.clock.now();
  await step.write((current) =>
    isToldOf(current, snapshot)
      ? { snapshot: current }
      : onEvidence(inheriting(current, metadataPublic), found, desk, now),
  );
}

/** Whether another hook told of something meanwhile: that is due already, and read next. */
export function isToldOf({ identity }: Snapshot, before: Snapshot): boolean {
  const { evidenceSince, evidenceAt } = before.identity;
  return identity.evidenceAt !== evidenceAt || identity.evidenceSince !== evidenceSince;
}

/**
 * No eID is believed any more: none is read, and what one approved before stands. Rejects with `UpstreamError` where
 * Kratos does not say what the copy tells of somebody whom we never met.
 */
export async function giveUpEvidence(desk: Desk, step: Step): Promise<void> {
  const isUnread = isCopyUnread(step.claim.snapshot);
  const metadataPublic = isUnread ? (await desk.kratos.read(step.identityId)).metadataPublic : undefined;
  await step.write((current) => withoutEvidence(inheriting(current, metadataPublic), desk, desk.clock.now()));
}
