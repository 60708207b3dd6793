import type { Change, DecidedStatus, Identity, IdentityRecord, LedgerEvent } from '../../model.ts';
import { inheritanceFrom, isDecided, isStricter, member, type PublishedCopy } from './published-copy.ts';
import { newVerification, updateIdentity, updateVerification } from './record.ts';

/** Our two objects of an identity as Kratos has them; any JSON. */
export interface CopyInKratos {
  readonly public: unknown;
  readonly admin: unknown;
}

/** What a row had published at most when the epoch began. */
type Known = Pick<Identity, 'version' | 'changedAt'>;

/** Undefined: the copy of this row was compared in this epoch, or the row was made in it (docs/design.md#epochs). */
export function uncompared(identity: Identity, epoch: number): Known | undefined {
  const { version, changedAt, uncomparedVersion, uncomparedChangedAt } = identity;
  if (uncomparedVersion !== null && uncomparedChangedAt !== null)
    return { version: uncomparedVersion, changedAt: uncomparedChangedAt };
  return identity.epoch === epoch ? undefined : { version, changedAt };
}

function textOf(value: unknown, key: string): string | null {
  const found = member(value, key);
  return typeof found === 'string' && found !== '' ? found : null;
}

function versionOf({ admin }: CopyInKratos): number | undefined {
  const version = member(admin, 'version');
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : undefined;
}

/** When the copy was changed, in epoch milliseconds; NaN: it does not say when. */
function changedAt(copy: Pick<CopyInKratos, 'public'>): number {
  return Date.parse(textOf(copy.public, 'updated_at') ?? '');
}

/** Whether a copy was written after what a row knows: by a ledger that was lost. One without version and date is another writer's. */
function isNewer(copy: CopyInKratos, known: Known): boolean {
  const version = versionOf(copy);
  return version === undefined ? !(changedAt(copy) <= known.changedAt) : version > known.version;
}

/** Jumio's execution that the lost decision rests on becomes a row again, due for a read: Jumio says the rest. */
function withLostExecution(record: IdentityRecord, { public: copy }: CopyInKratos, now: number): IdentityRecord {
  const id = textOf(copy, 'verification_id');
  const [accountId, executionId] = [textOf(copy, 'account_id'), textOf(copy, 'workflow_execution_id')];
  if (id === null || accountId === null || executionId === null) return record;
  if (record.verifications.some((row) => row.id === id)) return updateVerification(record, id, { readDue: now });
  const isTaken = record.verifications.some((row) => row.executionId === executionId);
  if (isTaken) return record;
  const row = newVerification(record, id, now);
  // Not open: another attempt may be.
  const lost = { ...row, accountId, executionId, state: 'expired' as const };
  return { ...record, verifications: [...record.verifications, lost] };
}

/** An operator's decision is known from the copy as a whole, but for its reason and the name. */
function withLostOverride(
  record: IdentityRecord,
  status: DecidedStatus,
  copy: CopyInKratos,
  newId: string,
  completedAt: number,
  now: number,
): IdentityRecord {
  const decision = { approved: 'PASSED', review: 'WARNING', rejected: 'FAILED' } as const;
  const row = {
    ...newVerification(record, newId, now),
    source: 'operator' as const,
    state: 'decided' as const,
    decision: decision[status],
    decisionLabel: textOf(copy.admin, 'decision_label'),
    completedAt,
    readDue: null,
  };
  return { ...record, verifications: [...record.verifications, row] };
}

function inherit(
  record: IdentityRecord,
  status: DecidedStatus,
  copy: CopyInKratos,
  newId: string,
  now: number,
): IdentityRecord {
  const at = changedAt(copy);
  const inheritedAt = Number.isNaN(at) ? now : at;
  if (textOf(copy.public, 'source') === 'operator')
    return withLostOverride(record, status, copy, newId, inheritedAt, now);
  const inheritedFrom = textOf(copy.public, 'verification_id');
  const inherited = updateIdentity(record, { ...inheritanceFrom(status, copy.public), inheritedAt, inheritedFrom });
  return withLostExecution(inherited, copy, now);
}

/**
 * Compares the copy in Kratos with a row that was not compared in this epoch, before anything is written to Kratos. A decision
 * of the copy that is newer than all that the row knew, and stricter than its standing, is inherited: this ledger has lost it.
 * @param epoch the current epoch, of which the row is from now on
 */
export function onCopyCompared(
  record: IdentityRecord,
  copy: CopyInKratos,
  { epoch, newId }: { readonly epoch: number; readonly newId: () => string },
  now: number,
): Change {
  const known = uncompared(record.identity, epoch);
  if (known === undefined) return { record };
  const { standing, erasedAt, version } = record.identity;
  const isLost = erasedAt === null && isNewer(copy, known);
  const compared = updateIdentity(record, {
    epoch,
    uncomparedVersion: null,
    uncomparedChangedAt: null,
    // The next version that is published follows that of the copy.
    version: isLost ? Math.max(version, versionOf(copy) ?? 0) : version,
  });
  const status = member(copy.public, 'status');
  if (!isLost || !isDecided(status)) return { record: compared };
  // What Jumio decided meanwhile comes back by a read, also where it is milder.
  if (standing !== null && !isStricter(status, standing)) return { record: withLostExecution(compared, copy, now) };
  const events: LedgerEvent[] = [{ kind: 'inherited', detail: { status, seen_at: 'epoch' } }];
  return { record: inherit(compared, status, copy, newId(), now), events };
}

/**
 * Whether the copy in a request may have a decision that this ledger has lost.
 * @param uncomparedSince `changedAt` of the row when the epoch began; null: its copy was compared
 */
export function mayBeLostDecision(uncomparedSince: number | null, { ours, jumio }: PublishedCopy): boolean {
  if (uncomparedSince === null || !ours.some(isDecided)) return false;
  return !(changedAt({ public: jumio }) <= uncomparedSince);
}
