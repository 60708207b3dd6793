import type { UpstreamFacts } from '../errors.ts';
import type { Change, LedgerEvent, Snapshot } from '../ledger/types.ts';
import { withIdentity } from './edit.ts';
import { debtToKratos, missed, publishedNow } from './publication.ts';
import { backOff } from './schedule.ts';
import { settle } from './settle.ts';
import { isThrottled } from './step.ts';

/** An eID that is there and cannot be judged is told once for each hook; that Kratos is down, readiness says. */
function unread({ identity }: Snapshot, { upstream, operation, failure, status }: UpstreamFacts): LedgerEvent[] {
  if (upstream !== 'eid') return [];
  const seen = [operation, failure, status].filter((part) => part !== undefined).join(' ');
  return [{ kind: 'eid_unread', detail: { seen }, once: `eid_unread:${identity.id}:${identity.evidenceAt}` }];
}

/**
 * Due again, with a back-off of its own: a provider that is down holds up nothing else, and is left alone for as long as
 * it asks. Kratos' 429 pauses its whole budget and counts as no failure. Where Kratos does not have the identity and
 * nothing else is owed to it, that is counted here.
 */
export function onEvidenceFailed(snapshot: Snapshot, facts: UpstreamFacts, now: number, random: number): Change {
  const { identity } = snapshot;
  const isCountedHere = facts.code === 'identity-not-found' && debtToKratos(identity) === 'none';
  const evidenceTries = identity.evidenceTries + (isThrottled(facts) ? 0 : 1);
  const tried = withIdentity(publishedNow(snapshot, now), { evidenceTries });
  if (isCountedHere) return missed(tried, 'evidenceDue', now);
  const pause = Math.max(facts.retryAfter ?? 0, backOff(evidenceTries, random));
  const evidenceDue = isThrottled(facts) ? now : now + pause;
  return settle(withIdentity(tried, { evidenceDue }), now, unread(snapshot, facts));
}
