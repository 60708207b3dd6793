import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Identity, Normalize, Verification } from '../../../../webhook/model.ts';
import { newIdentity, newVerification } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { NOW, nextDue, openOn, put } from '../world.ts';

/** Every column with a value of its own; counters that may exceed 32 bits do so. */
function fullIdentity(id: string): Identity {
  return {
    ...newIdentity({ id }, NOW).identity,
    returnTo: 'https://app.example.com/ü?a=1',
    inherited: 'review',
    standing: 'approved',
    status: 'approved',
    decidedAt: NOW + 3,
    reason: 'unreadable',
    rejections: 2,
    attemptWaitsOn: 'operator',
    content: '{"public":{}}',
    jumioDue: NOW + 2,
    kratosDue: NOW + 1,
    priority: true,
    lease: 4_294_967_297,
    leasedUntil: NOW + 3,
    readRequests: 4_294_967_298,
    version: 4_294_967_299,
    published: 4_294_967_300,
    changedAt: NOW + 4,
    kratosAttempts: 7,
    readBack: true,
    missingCount: 2,
    missingSince: NOW + 5,
    deletedInKratos: true,
    publishRefused: true,
    schemaId: 'default',
    kratosCreatedAt: NOW - 1,
    locale: 'de',
    consentVersion: '1',
    consentLanguage: 'fr',
    consentAt: NOW + 12,
    declinedAt: NOW + 13,
    awaitingConsent: true,
    attemptGrantedAt: NOW + 16,
    revocation: 'pending',
    pendingState: 'inactive',
    deactivated: true,
    inactiveSince: NOW + 19,
    eidCheck: 'linked',
    eidReportedSince: NOW + 14,
    eidReportedAt: NOW + 15,
    eidDue: NOW + 18,
    eidFailures: 3,
    eidInsufficient: true,
    erasedAt: NOW + 14,
    handoverCounter: 4_294_967_302,
    handoverUntil: NOW + 22,
    inheritedAt: NOW + 20,
    inheritedFrom: 'lost',
    inheritedSource: 'eid:idemia',
    inheritedLevel: 'loa-3',
    epoch: 1,
    uncomparedVersion: 4_294_967_301,
    uncomparedChangedAt: NOW + 21,
  };
}

function fullVerification(identityId: string): Verification {
  return {
    ...newVerification(newIdentity({ id: identityId }, NOW), randomUUID(), NOW),
    source: 'operator',
    level: 'loa-3',
    subject: randomUUID(),
    prefill: 'sent',
    attempt: 3,
    state: 'started',
    requestedAt: NOW + 6,
    jumioStatus: 'ACQUIRED',
    accountId: 'account',
    executionId: randomUUID(),
    definitionKey: '10011',
    decision: 'WARNING',
    decisionLabel: 'WARNING',
    riskScore: 30.25,
    reason: 'unreadable',
    completedAt: NOW + 7,
    attempts: 2,
    lastError: 'timeout',
    readDue: NOW + 8,
    lastReadAt: NOW + 9,
    lastReadFor: 'PROCESSED',
    claimedStatus: 'PROCESSED',
    reads: 4,
    activeAt: NOW + 10,
    notFound: 'one',
    renewalRequested: true,
    createRefused: true,
    link: 'link',
    linkEndsAt: NOW + 11,
    sdkToken: 'sdk',
    transactionToken: 'transaction',
    prefillDue: NOW + 17,
    prefillTries: 2,
    prefillUrl: 'https://api.example.com/parts/PREPARED_DATA',
    findings: 'liveness.NO_FACE_PRESENT usability.BLURRED',
  };
}

/** Every column with a value, whatever would be derived from the others. */
const asIs: Normalize = (changed) => changed;

export function rowsCases(database: Database): void {
  test('a row is read as it was written: every column, numbers as numbers, nothing added', async () => {
    const ledger = await openOn(database, undefined, NOW, asIs);
    const id = randomUUID();
    const written = { identity: fullIdentity(id), verifications: [fullVerification(id)] };
    await put(ledger, written);
    const read = await ledger.record(id);
    expect(read).toStrictEqual(written);
    expect(Object.keys(read?.identity ?? {}).sort()).toEqual(Object.keys(written.identity).sort());
    expect(await ledger.change(id, NOW, () => undefined)).toStrictEqual(written);
  });

  test('verifications are returned oldest first, whatever their order of writing', async () => {
    const ledger = await openOn(database, undefined, NOW, asIs);
    const id = randomUUID();
    const rows = [2, 3, 1].map((attempt) => ({
      ...fullVerification(id),
      attempt,
      state: 'expired' as const,
    }));
    await put(ledger, { identity: fullIdentity(id), verifications: rows });
    expect((await ledger.record(id))?.verifications.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('the row of the gate has only the needed columns', async () => {
    const ledger = await openOn(database, undefined, NOW, asIs);
    const id = randomUUID();
    await put(ledger, { identity: fullIdentity(id), verifications: [fullVerification(id)] });
    const { standing, status, decidedAt, reason, rejections, attemptWaitsOn, ...rest } = fullIdentity(id);
    const { schemaId, kratosCreatedAt, locale, awaitingConsent, eidCheck, attemptGrantedAt, erasedAt, ...copy } = rest;
    const { content, changedAt, version, published, deletedInKratos } = copy;
    const facts = { standing, status, decidedAt, reason, rejections, attemptWaitsOn, attemptGrantedAt, erasedAt };
    const told = { schemaId, kratosCreatedAt, locale, awaitingConsent, eidCheck };
    const row = { ...facts, ...told, content, changedAt, version, published, deletedInKratos, attempts: 1 };
    const ofEpoch = { uncomparedSince: NOW + 21 };
    expect(await ledger.gate(id)).toStrictEqual({ ...row, ...ofEpoch, handoverUntil: rest.handoverUntil });
    expect(await ledger.gate(randomUUID())).toBeUndefined();
  });

  test('due times and pauses are numbers', async () => {
    const ledger = await openOn(database, undefined, NOW, asIs);
    const id = randomUUID();
    await put(ledger, { identity: fullIdentity(id), verifications: [fullVerification(id)] });
    await ledger.budgets.pause('retrieval', NOW, 1_000);
    expect(await nextDue(ledger)).toBe(NOW + 1);
    const [paused] = await ledger.budgets.paused(NOW);
    expect(paused?.pausedUntil).toBe(NOW + 1_000);
    expect(ledger.createdAt).toBe(NOW);
  });
}
