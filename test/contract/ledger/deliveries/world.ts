import { onTestFinished } from 'vitest';
import { announce, announceCurrent } from '../../../../webhook/events/message.ts';
import { type Delivery, EVENT_TYPES, type Subscription } from '../../../../webhook/events/model.ts';
import type { FailedTry } from '../../../../webhook/ledger/deliveries/claims.ts';
import { type Ledger, openLedger } from '../../../../webhook/ledger/ledger.ts';
import type { Identity, IdentityRecord } from '../../../../webhook/model.ts';
import { override } from '../../../../webhook/verification/operator/actions.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { updateIdentity } from '../../../../webhook/verification/record/record.ts';
import { verificationId } from '../../../support/builders/history.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, newSignUp, put } from '../world.ts';

export const DAY = 24 * 60 * MINUTE;

export const SHOP: Subscription = { name: 'shop', types: EVENT_TYPES, fingerprint: 'a' };

export const CRM: Subscription = { name: 'crm', types: ['verification.approved'], fingerprint: 'b' };

/** A ledger that tells these endpoints of changes. */
export async function openTelling(
  database: Database,
  subscriptions: readonly Subscription[] = [SHOP],
  url?: string,
): Promise<Ledger> {
  const ledger = await openLedger(url ?? (await database.fresh()), NOW, normalize, { announce });
  onTestFinished(() => ledger.close());
  await ledger.deliveries.configure(NOW, subscriptions, announceCurrent);
  return ledger;
}

/** An identity with a pending event, and its id. */
export async function begin(ledger: Ledger, now = NOW): Promise<string> {
  const record = newSignUp(now);
  await put(ledger, record, now);
  return record.identity.id;
}

/** Changes an identity as stored. */
export async function change(
  ledger: Ledger,
  id: string,
  now: number,
  decide: (record: IdentityRecord) => IdentityRecord,
): Promise<void> {
  await ledger.change(id, now, (record) => record && { record: decide(record) });
}

/** The operator decides; the n-th decision of this identity. */
export function decide(ledger: Ledger, id: string, now: number, verdict: 'PASSED' | 'FAILED', n = 1): Promise<void> {
  const act = { verdict, reason: 'seen', by: 'ann' } as const;
  const key = `${id.slice(0, 24)}${verificationId(n).slice(24)}`;
  return change(ledger, id, now, (record) => override(record, act, key, now).record);
}

export const patch = (changes: Partial<Identity>) => (record: IdentityRecord) => updateIdentity(record, changes);

export function claimFor(
  ledger: Pick<Ledger, 'deliveries'>,
  now: number,
  name = 'shop',
  most = 16,
): Promise<Delivery[]> {
  return ledger.deliveries.claim(name, { now, leaseMs: MINUTE / 2, most });
}

/** A failed try that comes again after a time; null: never. */
export const failedFor = (now: number, pause: number | null, probePause = 0): FailedTry => ({
  outcome: '500',
  due: pause === null ? null : now + pause,
  probeAt: () => now + probePause,
});

/** Everything that is kept, as short words. */
export async function kept(ledger: Ledger): Promise<string[]> {
  const rows = await ledger.deliveries.list({ withEnded: true, most: 1_000 });
  return rows.map(({ endpoint, type, version, due, result }) => {
    return `${endpoint} ${type.replace('verification.', '')} ${version} ${result ?? (due === null ? '-' : due - NOW)}`;
  });
}

export { announceCurrent };
