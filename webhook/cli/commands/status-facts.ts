import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { StoredEvent } from '../../ledger/reads.ts';
import type { Snapshot, Verification } from '../../model.ts';
import type { Desk } from '../../verification/context.ts';
import { gate } from '../../verification/gate/index.ts';
import { copies, debtsNext, inKratos, personOf, whyWaiting } from '../../verification/operator/index.ts';
import { meet, readCopy, statusOf, waitingOn } from '../../verification/record/index.ts';
import { iso } from '../output.ts';

/** Blocks that the timeline and `blocks` show at most; `export --identity` has all. */
const LAST_BLOCKS = 10;

type InKratos = KratosIdentity | 'gone' | { readonly unreachable: UpstreamError };

async function seenInKratos(desk: Desk, identityId: string): Promise<InKratos> {
  try {
    return (await inKratos(desk, identityId)) ?? 'gone';
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { unreachable: error };
  }
}

function isSeen(seen: InKratos): seen is KratosIdentity {
  return seen !== 'gone' && 'id' in seen;
}

/** An attempt without its link and tokens. */
function attemptFacts(row: Verification) {
  const { id, attempt, source, level, state, jumioStatus, accountId, executionId, decision, decisionLabel, reason } =
    row;
  const jumio = { jumio_status: jumioStatus, account_id: accountId, workflow_execution_id: executionId };
  const decided = { decision, decision_label: decisionLabel, risk_score: row.riskScore, reason };
  const times = {
    requested_at: iso(row.requestedAt),
    completed_at: iso(row.completedAt),
    last_read_at: iso(row.lastReadAt),
    next_read_at: iso(row.readDue),
    link_ends_at: iso(row.linkEndsAt),
  };
  const trouble = { tries: row.attempts, last_error: row.lastError, parked: row.parked === 1 };
  return { attempt, verification_id: id, source, level, state, ...jumio, ...decided, ...times, ...trouble };
}

function gateFacts(desk: Desk, snapshot: Snapshot, seen: InKratos, events: readonly StoredEvent[], row: Row) {
  const metadata = isSeen(seen) ? { metadata_public: seen.metadataPublic } : {};
  const asked = isSeen(seen) ? { schemaId: seen.schemaId, bornAt: seen.createdAt } : {};
  const verdict = gate(desk.policy, row, readCopy(metadata), { ...asked, flow: 'login' }, desk.clock.now());
  const { decision, status, rule } = verdict;
  const now = { decision, status, rule: rule && { index: rule.index, name: rule.name }, policy: desk.policy.hash };
  const blocks = events
    .filter(({ kind }) => ['blocked', 'would_block', 'undecided'].includes(kind))
    .slice(-LAST_BLOCKS);
  return { now, blocks: blocks.map(eventFacts), known: snapshot.identity.version > 0 };
}

type Row = Parameters<typeof gate>[1];

function eventFacts({ at, kind, verificationId, detail }: StoredEvent) {
  return { at: iso(at), kind, verification: verificationId, detail };
}

function ledgerFacts(snapshot: Snapshot) {
  const { identity } = snapshot;
  return {
    met_at: iso(identity.metAt),
    standing: identity.standing,
    inherited: identity.inherited,
    version: identity.version,
    published: identity.published,
    changed_at: iso(identity.changedAt),
    gone: identity.gone === 1,
    stuck: identity.stuck === 1,
    granted_from: iso(identity.grantedFrom),
    erased_at: iso(identity.erasedAt),
    consent: { version: identity.consentVersion, language: identity.consentLanguage, at: iso(identity.consentAt) },
    declined_at: iso(identity.declinedAt),
  };
}

function kratosFacts(snapshot: Snapshot, seen: InKratos) {
  if (seen === 'gone') return { found: false, differences: ['Kratos does not have this identity'] };
  if (!isSeen(seen)) return { found: null, unreachable: seen.unreachable.message, differences: [] };
  const { copy, differences } = copies(snapshot, seen);
  return {
    found: true,
    state: seen.state ?? null,
    metadata_public_jumio: copy.public,
    metadata_admin_jumio: copy.admin,
    differences,
  };
}

/**
 * Everything that is known of an identity, without secrets and traits; undefined where nobody knows it. Rejects with
 * `UpstreamError` where the ledger does not know it and Kratos cannot be asked.
 */
export async function lookAt(desk: Desk, identityId: string) {
  const [found, seen] = await Promise.all([desk.ledger.snapshot(identityId), seenInKratos(desk, identityId)]);
  if (found === undefined && !isSeen(seen)) {
    if (seen === 'gone') return undefined;
    throw seen.unreachable;
  }
  const now = desk.clock.now();
  const snapshot = found ?? meet({ id: identityId, ...(isSeen(seen) && personOf(seen)) }, now);
  const events = await desk.ledger.events(identityId);
  const row = (await desk.ledger.gate(identityId)) ?? 'none';
  return {
    identity: identityId,
    status: statusOf(snapshot),
    waiting_on: waitingOn(snapshot),
    why: whyWaiting(snapshot, now),
    ledger: found === undefined ? null : ledgerFacts(snapshot),
    kratos: kratosFacts(snapshot, seen),
    gate: gateFacts(desk, snapshot, seen, events, row),
    due: debtsNext(snapshot).map(({ what, at }) => ({ what, at: iso(at) })),
    attempts: snapshot.verifications.map(attemptFacts),
    events: events.map(eventFacts),
  };
}

export type Facts = NonNullable<Awaited<ReturnType<typeof lookAt>>>;
