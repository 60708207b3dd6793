import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ClaimOptions } from '../../../webhook/ledger/claim.ts';
import { type Ledger, openLedger } from '../../../webhook/ledger/ledger.ts';
import type { Change, Identity, Snapshot, Verification } from '../../../webhook/model.ts';
import { onCreated } from '../../../webhook/verification/execution/create.ts';
import { settle } from '../../../webhook/verification/record/normalize.ts';
import { meet, request, withIdentity, withVerification } from '../../../webhook/verification/record/record.ts';
import { type Claim, lease, type Work } from '../../../webhook/verification/step.ts';
import type { Database } from '../../support/service/databases.ts';

/** The moment at which the contract's stories begin. */
export const NOW = Date.UTC(2026, 0, 20, 12);

export const MINUTE = 60_000;

/** Opens a ledger that is closed when the test ends; by default on a database of its own. */
export async function openOn(database: Database, url?: string, now = NOW): Promise<Ledger> {
  const ledger = await openLedger(url ?? (await database.fresh()), now);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Writes a snapshot as it is. */
export function put(ledger: Ledger, snapshot: Snapshot, now = NOW): Promise<Snapshot | undefined> {
  return ledger.change(snapshot.identity.id, now, () => ({ snapshot }));
}

/** Somebody new whose first verification is due for creation. */
export function newcomer(now = NOW, id: string = randomUUID()): Snapshot {
  return request(meet({ id }, now), randomUUID(), now).snapshot;
}

/** Like `newcomer`, in the ledger. */
export async function signUp(ledger: Ledger, now = NOW, patch: Partial<Identity> = {}): Promise<string> {
  const snapshot = withIdentity(newcomer(now), patch);
  await put(ledger, snapshot, now);
  return snapshot.identity.id;
}

/** Somebody whose execution is under way and due for a read at `due`. */
export async function startedOne(ledger: Ledger, due = NOW, patch: Partial<Verification> = {}): Promise<string> {
  const fresh = newcomer();
  const id = fresh.verifications[0]?.id ?? '';
  const ids = { accountId: randomUUID(), executionId: randomUUID(), link: 'https://jumio.example' };
  const terms = { now: NOW, random: 0, linkLifetimeMs: 86_400_000, workflowKey: '10011' };
  const { snapshot } = onCreated(fresh, id, ids, terms);
  const { snapshot: started } = settle(withVerification(snapshot, id, { readDue: due, ...patch }), NOW);
  await put(ledger, withIdentity(started, { kratosDue: null, published: started.identity.version }));
  return fresh.identity.id;
}

/** Counts a change of an identity: what a lost update would lose. */
export function nudgeOnce(snapshot: Snapshot | undefined): Change | undefined {
  if (snapshot === undefined) return undefined;
  return { snapshot: withIdentity(snapshot, { nudges: snapshot.identity.nudges + 1 }) };
}

const PLENTY = { perSecond: 1_000, burst: 1_000 };

/** A claim by the rules of `verification/`, with more budget than any test needs unless it says otherwise. */
export function claim(
  ledger: Ledger,
  now = NOW,
  options: Partial<Omit<ClaimOptions<Work>, 'now' | 'lease'>> = {},
): Promise<Claim[]> {
  const rates = { account: PLENTY, retrieval: PLENTY };
  const capacity = { create: 100, read: 100, publish: 100 };
  return ledger.claim({ now, capacity, rates, ...options, lease: (snapshot, debts) => lease(snapshot, debts, now) });
}

export function idsOf(claims: readonly Claim[]): string[] {
  return claims.map(({ snapshot }) => snapshot.identity.id);
}

/** The promise of every one, by name of what came of it. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === 'fulfilled' ? 'kept' : nameOf(one.reason)));
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
