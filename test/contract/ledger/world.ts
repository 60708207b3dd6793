import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Claimed, ClaimOptions } from '../../../webhook/ledger/claim.ts';
import { type Ledger, openLedger } from '../../../webhook/ledger/ledger.ts';
import type { Change, Identity, IdentityRecord, Normalize, Verification } from '../../../webhook/model.ts';
import { onCreated } from '../../../webhook/verification/execution/create.ts';
import { type Job, lease } from '../../../webhook/verification/job.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import {
  newIdentity,
  requestVerification,
  updateIdentity,
  updateVerification,
} from '../../../webhook/verification/record/record.ts';
import { applied } from '../../support/builders/applied.ts';
import { type WorkByName, workOf } from '../../support/builders/claims.ts';
import type { Database } from '../../support/service/databases.ts';

/** The start time of the cases. */
export const NOW = Date.UTC(2026, 0, 20, 12);

export const MINUTE = 60_000;

/** Opens a ledger that is closed when the test ends; by default on a database of its own. */
export async function openOn(
  database: Database,
  url?: string,
  now = NOW,
  ending: Normalize = normalize,
): Promise<Ledger> {
  const ledger = await openLedger(url ?? (await database.unused(now)), now, ending);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Writes a record: normalised, like every change. */
export function put(ledger: Ledger, record: IdentityRecord, now = NOW): Promise<IdentityRecord | undefined> {
  return ledger.change(record.identity.id, now, () => ({ record }));
}

/** A new identity whose first verification is due for creation. */
export function newSignUp(now = NOW, id: string = randomUUID()): IdentityRecord {
  return applied(requestVerification(newIdentity({ id }, now), randomUUID(), now), now).record;
}

/** Writes such an identity to the ledger, and returns its id. */
export async function signUp(ledger: Ledger, now = NOW, patch: Partial<Identity> = {}): Promise<string> {
  const record = updateIdentity(newSignUp(now), patch);
  await put(ledger, record, now);
  return record.identity.id;
}

/** Writes an identity with a started execution that is due for a read at `due`, and returns its id. */
export async function addStarted(ledger: Ledger, due = NOW, patch: Partial<Verification> = {}): Promise<string> {
  const fresh = newSignUp();
  const id = fresh.verifications[0]?.id ?? '';
  const ids = { accountId: randomUUID(), executionId: randomUUID(), link: 'https://jumio.example' };
  const terms = { now: NOW, random: 0, linkLifetimeMs: 86_400_000, workflowKey: '10011' };
  const { record } = applied(onCreated(fresh, id, ids, terms), terms.now);
  const started = normalize(updateVerification(record, id, { readDue: due, ...patch }), NOW);
  await put(ledger, updateIdentity(started, { kratosDue: null, published: started.identity.version }));
  return fresh.identity.id;
}

/** A change that counts: a lost update is a missing count. */
export function countReadRequest(record: IdentityRecord | undefined): Change | undefined {
  if (record === undefined) return undefined;
  return { record: updateIdentity(record, { readRequests: record.identity.readRequests + 1 }) };
}

const PLENTY = { perSecond: 1_000, burst: 1_000 };

/** A claim by the rules of `verification/`, with more budget than any test needs unless it says otherwise. */
export async function claim(
  ledger: Ledger,
  now = NOW,
  options: Partial<Pick<ClaimOptions<Job, unknown>, 'slots' | 'rates'>> = {},
): Promise<Claimed<WorkByName>[]> {
  const rates = { account: PLENTY, retrieval: PLENTY };
  const slots = { create: 100, read: 100, publish: 100 };
  const leased = (record: IdentityRecord, claimed: readonly Job[]) => applied(lease(record, claimed, now), now);
  const claims = await ledger.claim({ jobs, now, slots, rates, ...options, lease: leased });
  return claims.map(({ record, work }) => ({ record, work: workOf(work) }));
}

/** When the next job is due, of all kinds. */
export async function nextDue(ledger: Ledger): Promise<number | undefined> {
  return (await ledger.nextDue(jobs))[0]?.at;
}

export function idsOf(claims: readonly Claimed<unknown>[]): string[] {
  return claims.map(({ record }) => record.identity.id);
}

/** The outcome of each promise: `kept`, or the name of its error. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === 'fulfilled' ? 'kept' : nameOf(one.reason)));
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
