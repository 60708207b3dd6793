import type { UpstreamFacts } from '../../webhook/errors.ts';
import type { Change, Snapshot } from '../../webhook/model.ts';
import { onPublished, onPublishFailed } from '../../webhook/verification/publication/state.ts';
import { type PublishedStatus, published } from '../../webhook/verification/record/content.ts';
import { NOW } from './story.ts';

/** How a call to Kratos failed. */
export function kratosFacts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'kratos', operation: 'patch', failure: 'status', ...changes };
}

/** The version of now was written to Kratos. */
export function paid(snapshot: Snapshot, at = NOW): Snapshot {
  return onPublished(snapshot, snapshot.identity.version, at).snapshot;
}

/** The call to Kratos failed. */
export function unpaid(snapshot: Snapshot, facts: UpstreamFacts, at = NOW): Change {
  return onPublishFailed(snapshot, facts, at, 0.5);
}

/** What Kratos shows of this identity once it is paid. */
export function copyOf({ identity }: Snapshot): PublishedStatus | undefined {
  return identity.content === null ? undefined : published(identity.content, identity.changedAt).public;
}
