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

/** An identity that people have in a ledger, with all events of its life. */
export interface BenchIdentity {
  readonly record: IdentityRecord;
  readonly events: readonly LedgerEvent[];
  readonly verificationId: string;
  readonly executionId: string;
}

/** An identity whose person is at Jumio: no callback has come yet. */
export function startedIdentity(now: number): BenchIdentity {
  const events: LedgerEvent[] = [];
  const after = (change: Change): IdentityRecord => {
    events.push(...(change.events ?? []));
    return applied(change, now).record;
  };
  const [id, verificationId, executionId, accountId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const terms = { now, random: 0, linkLifetimeMs: 86_400_000, workflowKey: '10011' };
  const known = newIdentity({ id, schemaId: 'default', kratosCreatedAt: now }, now);
  const requested = after(requestVerification(known, verificationId, now));
  const created = after(
    onCreated(requested, verificationId, { accountId, executionId, link: 'https://a.example' }, terms),
  );
  const record = after(onPublished(created, created.identity.version, now));
  return { record, events, verificationId, executionId };
}

/** An identity that was approved and published a moment ago, with the facts of its sign-up, like most rows of a ledger. */
export function settledIdentity(now: number): BenchIdentity {
  const { record: atJumio, events: before, verificationId, executionId } = startedIdentity(now);
  const events = [...before];
  const after = (change: Change): IdentityRecord => {
    events.push(...(change.events ?? []));
    return applied(change, now).record;
  };
  const started = CALLBACKS.reduce(
    (record, claimed) => after(applyReadRequest(record, { verificationId, claimed }, now) ?? { record }),
    atJumio,
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
    accountId: started.verifications[0]?.accountId ?? '',
    executionId,
    definitionKey: '10011',
    status: 'PROCESSED',
    userReference: 'reference',
    customerInternalReference: started.identity.id,
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
