import type { Identity, Snapshot, Verification } from '../ledger/types.ts';

export function withIdentity(snapshot: Snapshot, patch: Partial<Identity>): Snapshot {
  return { ...snapshot, identity: { ...snapshot.identity, ...patch } };
}

export function withVerification(snapshot: Snapshot, id: string, patch: Partial<Verification>): Snapshot {
  const verifications = snapshot.verifications.map((row) => (row.id === id ? { ...row, ...patch } : row));
  return { ...snapshot, verifications };
}

/** The verification of that id; it was there when the id was read, and rows are never deleted. */
export function find(snapshot: Snapshot, id: string): Verification {
  const found = snapshot.verifications.find((row) => row.id === id);
  if (found === undefined) throw new Error(`verification ${id} is not one of identity ${snapshot.identity.id}`);
  return found;
}
