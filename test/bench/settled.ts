import { randomUUID } from 'node:crypto';
import type { Change, IdentityRecord, LedgerEvent } from '../../webhook/model.ts';
import { onCreated } from '../../webhook/verification/execution/create.ts';
import { onDetails } from '../../webhook/verification/execution/read.ts';
import { applyReadRequest } from '../../webhook/verification/execution/schedule.ts';
import { defaultPolicy } from '../../webhook/verification/policy/parse.ts';
import { onPublished } from '../../webhook/verification/publication/state.ts';
import { newIdentity, requestVerification } from '../../webhook/verification/record/record.ts';
import { applied } from '../support/builders/applied.ts';

/** The statuses that Jumio's callbacks of one execution claim (docs/reference/jumio.md#63-status-values). */
const CALLBACKS = ['ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED'];

/** An identity that was approved and published a moment ago, with the facts of its sign-up, like most rows of a ledger. */
export function settledIdentity(now: number): {
  record: IdentityRecord;
  /** All events of its life. */
  events: readonly LedgerEvent[];
  verificationId: string;
  executionId: string;
} {
  const events: LedgerEvent[] = [];
  const after = (change: Change): IdentityRecord => {
    events.push(...(change.events ?? []));
    return applied(change, now).record;
  };
  const [id, verificationId, executionId, accountId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const terms = { now, random: 0, linkLifetimeMs: 86_400_000, workflowKey: '10011' };
  const known = newIdentity({ id, schemaId: 'default', kratosCreatedAt: now }, now);
  const requested = after(requestVerification(known, verificationId, now));
  const created = { accountId, executionId, link: 'https://a.example' };
  const started = CALLBACKS.reduce(
    (record, claimed) => after(applyReadRequest(record, { verificationId, claimed }, now) ?? { record }),
    after(onCreated(requested, verificationId, created, terms)),
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
  const decided = after(onDetails(started, input, result));
  const published = after(onPublished(decided, decided.identity.version, now));
  const verifications = published.verifications.map((row) => ({ ...row, lastReadAt: now, lastReadFor: 'PROCESSED' }));
  // Already read back: no job is due.
  const identity = { ...published.identity, kratosDue: null, readBack: false };
  return { record: { identity, verifications }, events, verificationId, executionId };
}
