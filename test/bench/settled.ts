import { randomUUID } from 'node:crypto';
import type { IdentityRecord } from '../../webhook/model.ts';
import { onCreated } from '../../webhook/verification/execution/create.ts';
import { onDetails } from '../../webhook/verification/execution/read.ts';
import { defaultPolicy } from '../../webhook/verification/policy/parse.ts';
import { onPublished } from '../../webhook/verification/publication/state.ts';
import { newIdentity, requestVerification } from '../../webhook/verification/record/record.ts';
import { applied } from '../support/builders/applied.ts';

/** An identity that was approved and published a moment ago, with the facts of its sign-up, like most rows of a ledger. */
export function settledIdentity(now: number): { record: IdentityRecord; verificationId: string; executionId: string } {
  const [id, verificationId, executionId, accountId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const terms = { now, random: 0, linkLifetimeMs: 86_400_000, workflowKey: '10011' };
  const requested = applied(
    requestVerification(newIdentity({ id, schemaId: 'default', kratosCreatedAt: now }, now), verificationId, now),
    now,
  ).record;
  const started = applied(
    onCreated(requested, verificationId, { accountId, executionId, link: 'https://a.example' }, terms),
    terms.now,
  );
  const input = {
    verificationId,
    readRequests: 0,
    now,
    random: 0,
    references: ['reference'],
    newId: randomUUID,
    policy: defaultPolicy,
  };
  const result = {
    accountId,
    executionId,
    definitionKey: '10011',
    status: 'PROCESSED',
    userReference: 'reference',
    customerInternalReference: id,
    completedAt: now,
    decision: { type: 'PASSED' as const, label: 'PASSED', score: 0 },
  };
  const decided = applied(onDetails(started.record, input, result), input.now).record;
  const published = applied(onPublished(decided, decided.identity.version, now), now).record;
  const verifications = published.verifications.map((row) => ({ ...row, lastReadAt: now, lastReadFor: 'PROCESSED' }));
  // Already read back: no job is due.
  const identity = { ...published.identity, kratosDue: null, readBack: false };
  return { record: { identity, verifications }, verificationId, executionId };
}
