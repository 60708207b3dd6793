import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Identity, Verification } from '../../../webhook/model.ts';
import { meet } from '../../../webhook/verification/record/record.ts';
import type { Database } from '../../support/service/databases.ts';
import { NOW, openOn, put } from './world.ts';

/** Every column with a value of its own; the counters beyond 32 bits where they are times or may grow so far. */
function fullIdentity(id: string): Identity {
  return {
    ...meet({ id }, NOW).identity,
    returnTo: 'https://app.example.com/ü?a=1',
    inherited: 'review',
    standing: 'approved',
    status: 'approved',
    decidedAt: NOW + 3,
    reason: 'unreadable',
    rejections: 2,
    attemptWaitsOn: 'operator',
    content: '{"public":{}}',
    jumioDue: NOW + 1,
    kratosDue: NOW + 2,
    priority: 1,
    lease: 4_294_967_297,
    leasedUntil: NOW + 3,
    nudges: 4_294_967_298,
    version: 4_294_967_299,
    published: 4_294_967_300,
    changedAt: NOW + 4,
    kratosAttempts: 7,
    readBack: 1,
    missing: 2,
    missingSince: NOW + 5,
    gone: 1,
    stuck: 1,
    schemaId: 'default',
    bornAt: NOW - 1,
    locale: 'de',
    consentVersion: '1',
    consentLanguage: 'fr',
    consentAt: NOW + 12,
    declinedAt: NOW + 13,
    invited: 1,
    revoke: 1,
    stateOwed: 'inactive',
    deactivated: 1,
    evidence: 2,
    evidenceSince: NOW + 14,
    evidenceAt: NOW + 15,
    evidenceDue: NOW + 18,
    evidenceTries: 3,
    evidenceShort: 1,
    erasedAt: NOW + 14,
  };
}

function fullVerification(identityId: string): Verification {
  return {
    id: randomUUID(),
    identityId,
    source: 'operator',
    level: 'loa-3',
    subject: randomUUID(),
    prepared: 2,
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
    looks: 4,
    aliveAt: NOW + 10,
    notFound: 1,
    renew: 1,
    parked: 1,
    link: 'link',
    linkEndsAt: NOW + 11,
    sdkToken: 'sdk',
    transactionToken: 'transaction',
    preparedDue: NOW + 17,
    preparedTries: 2,
    preparedUrl: 'https://api.example.com/parts/PREPARED_DATA',
  };
}

export function rowsCases(database: Database): void {
  test('a row is read back as it was written: every column, numbers as numbers, nothing added', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    const written = { identity: fullIdentity(id), verifications: [fullVerification(id)] };
    await put(ledger, written);
    const read = await ledger.snapshot(id);
    expect(read).toStrictEqual(written);
    expect(Object.keys(read?.identity ?? {}).sort()).toEqual(Object.keys(written.identity).sort());
    expect(await ledger.change(id, NOW, () => undefined)).toStrictEqual(written);
  });

  test('verifications come oldest first, whatever order they were written in', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    const rows = [2, 3, 1].map((attempt) => ({
      ...fullVerification(id),
      attempt,
      state: 'expired' as const,
    }));
    await put(ledger, { identity: fullIdentity(id), verifications: rows });
    expect((await ledger.snapshot(id))?.verifications.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('the gate reads its one row: nothing more than it needs', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    await put(ledger, { identity: fullIdentity(id), verifications: [fullVerification(id)] });
    const { standing, status, decidedAt, reason, rejections, attemptWaitsOn, ...rest } = fullIdentity(id);
    const { schemaId, bornAt, locale, invited, evidence, grantedFrom, erasedAt, ...copy } = rest;
    const { content, changedAt, version, published, gone } = copy;
    const facts = { standing, status, decidedAt, reason, rejections, attemptWaitsOn, grantedFrom, erasedAt };
    const told = { schemaId, bornAt, locale, invited, evidence };
    const row = { ...facts, ...told, content, changedAt, version, published, gone, attempts: 1 };
    expect(await ledger.gate(id)).toStrictEqual(row);
    expect(await ledger.gate(randomUUID())).toBeUndefined();
  });

  test('the reports on budgets and due times are numbers too', async () => {
    const ledger = await openOn(database);
    const id = randomUUID();
    await put(ledger, { identity: fullIdentity(id), verifications: [fullVerification(id)] });
    await ledger.budgets.pause('retrieval', NOW, 1_000);
    expect(await ledger.nextDue()).toBe(NOW + 1);
    const [paused] = await ledger.budgets.paused(NOW);
    expect(paused?.pausedUntil).toBe(NOW + 1_000);
    expect(ledger.createdAt).toBe(NOW);
  });
}
