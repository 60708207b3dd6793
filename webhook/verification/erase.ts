import type { Change, Snapshot } from '../ledger/types.ts';
import { kratosTurn, settle } from './settle.ts';

/**
 * Erases an identity: its accounts at Jumio and our objects in Kratos become debts of the worker, and what is left here
 * is a tombstone (`tombstone`). Repeatable: whatever is still owed is due again, and Kratos is looked at once more.
 */
export function erase(snapshot: Snapshot, by: string, now: number): Change {
  const { identity } = snapshot;
  const verifications = snapshot.verifications.map((row) => ({ ...row, readDue: row.accountId === null ? null : now }));
  const erased = {
    ...identity,
    erasedAt: identity.erasedAt ?? now,
    version: identity.version + 1,
    changedAt: now,
    readBack: 0,
    kratosDue: identity.gone === 1 ? null : kratosTurn(identity, now),
  };
  const detail = { by, again: identity.erasedAt !== null };
  const change = settle({ identity: erased, verifications }, now, [{ kind: 'erased', detail }]);
  return { ...change, withdrawAddresses: true };
}
