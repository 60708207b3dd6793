import { LedgerUnavailable } from '../../errors.ts';
import type { StoredEvent } from '../../ledger/reads.ts';
import type { IdentityRecord, Verdict } from '../../model.ts';
import type { Context } from '../context.ts';
import type { DecisionSeen } from '../observer.ts';
import { member } from '../record/index.ts';
import type { Step } from '../step.ts';

/** The kinds of events that are decisions. */
const DECISIONS: readonly string[] = ['decided', 'overridden', 'eid_approved'];

/** Whether an event says that Kratos has everything of before; a publication that was behind when it ended says no status. */
function isWholePublication({ kind, detail }: StoredEvent): boolean {
  return kind === 'published' && member(detail, 'status') !== undefined;
}

function isVerdict(value: unknown): value is Verdict {
  return value === 'PASSED' || value === 'WARNING' || value === 'FAILED';
}

function seenOf(event: StoredEvent, { verifications }: IdentityRecord, now: number): DecisionSeen | undefined {
  const row = verifications.find(({ id }) => id === event.verificationId);
  const verdict = event.kind === 'eid_approved' ? 'PASSED' : member(event.detail, 'verdict');
  if (row === undefined || !isVerdict(verdict)) return undefined;
  const isFirst = event.kind === 'decided' && member(event.detail, 'previous') === null;
  return {
    verdict,
    source: row.source,
    reason: verdict === 'FAILED' ? row.reason : null,
    sinceRequestMs: isFirst ? Math.max(0, event.at - row.requestedAt) : null,
    sinceKnownMs: Math.max(0, now - event.at),
  };
}

/**
 * Returns the decisions that the newest publication has brought to Kratos: those since the one before it. Each is returned once in
 * the life of an identity, whoever made it: a process of the operator's commands publishes nothing, and a repeated PATCH brings none.
 * @param events those of the identity, oldest first @param now epoch milliseconds
 */
export function decisionsPublished(
  events: readonly StoredEvent[],
  record: IdentityRecord,
  now: number,
): readonly DecisionSeen[] {
  const newest = events.findLastIndex(isWholePublication);
  const before = events.slice(0, Math.max(0, newest)).findLastIndex(isWholePublication);
  return events
    .slice(before + 1, Math.max(0, newest))
    .filter(({ kind }) => DECISIONS.includes(kind))
    .flatMap((event) => seenOf(event, record, now) ?? []);
}

/** Tells the observer, if there is one, what a publication that is stored has brought to Kratos. What the ledger cannot tell stays uncounted. */
export async function tellPublished({ observer, ledger, clock }: Context, step: Step): Promise<void> {
  const record = step.current();
  const { published, version, standing } = record.identity;
  if (observer === undefined || standing === null || published < version) return;
  try {
    const events = await ledger.events(step.identityId);
    for (const seen of decisionsPublished(events, record, clock.now())) observer.decided(seen);
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
  }
}
