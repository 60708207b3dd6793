import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { StoredEvent } from '../../ledger/reads.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import type { Context } from '../../verification/context.ts';
import { evaluateGate } from '../../verification/gate/index.ts';
import { compareCopies, explainWaiting, nextDue, personOf, readFromKratos } from '../../verification/operator/index.ts';
import { newIdentity, readPublishedCopy, statusOf, waitingOn } from '../../verification/record/index.ts';
import { iso } from '../output.ts';

/** Blocks that the timeline and `blocks` show at most; `export --identity` has all. */
const LAST_BLOCKS = 10;

type InKratos = KratosIdentity | 'gone' | { readonly unreachable: UpstreamError };

async function seenInKratos(ctx: Context, identityId: string): Promise<InKratos> {
  try {
    return (await readFromKratos(ctx, identityId)) ?? 'gone';
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
  const trouble = { tries: row.attempts, last_error: row.lastError, parked: row.createRefused === 1 };
  return { attempt, verification_id: id, source, level, state, ...jumio, ...decided, ...times, ...trouble };
}

function gateFacts(ctx: Context, record: IdentityRecord, seen: InKratos, events: readonly StoredEvent[], row: Row) {
  const metadata = isSeen(seen) ? { metadata_public: seen.metadataPublic } : {};
  const asked = isSeen(seen) ? { schemaId: seen.schemaId, kratosCreatedAt: seen.createdAt } : {};
  const verdict = evaluateGate(
    ctx.policy,
    row,
    readPublishedCopy(metadata),
    { ...asked, flow: 'login' },
    ctx.clock.now(),
  );
  const { decision, status, rule } = verdict;
  const now = { decision, status, rule: rule && { index: rule.index, name: rule.name }, policy: ctx.policy.hash };
  const blocks = events
    .filter(({ kind }) => ['blocked', 'would_block', 'undecided'].includes(kind))
    .slice(-LAST_BLOCKS);
  return { now, blocks: blocks.map(eventFacts), known: record.identity.version > 0 };
}

type Row = Parameters<typeof evaluateGate>[1];

function eventFacts({ at, kind, verificationId, detail }: StoredEvent) {
  return { at: iso(at), kind, verification: verificationId, detail };
}

function ledgerFacts(record: IdentityRecord) {
  const { identity } = record;
  return {
    met_at: iso(identity.firstSeenAt),
    standing: identity.standing,
    inherited: identity.inherited,
    version: identity.version,
    published: identity.published,
    changed_at: iso(identity.changedAt),
    gone: identity.deletedInKratos === 1,
    stuck: identity.publishRefused === 1,
    granted_from: iso(identity.attemptGrantedAt),
    erased_at: iso(identity.erasedAt),
    consent: { version: identity.consentVersion, language: identity.consentLanguage, at: iso(identity.consentAt) },
    declined_at: iso(identity.declinedAt),
  };
}

function kratosFacts(record: IdentityRecord, seen: InKratos) {
  if (seen === 'gone') return { found: false, differences: ['Kratos does not have this identity'] };
  if (!isSeen(seen)) return { found: null, unreachable: seen.unreachable.message, differences: [] };
  const { copy, differences } = compareCopies(record, seen);
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
export async function gatherFacts(ctx: Context, identityId: string) {
  const [found, seen] = await Promise.all([ctx.ledger.record(identityId), seenInKratos(ctx, identityId)]);
  if (found === undefined && !isSeen(seen)) {
    if (seen === 'gone') return undefined;
    throw seen.unreachable;
  }
  const now = ctx.clock.now();
  const record = found ?? newIdentity({ id: identityId, ...(isSeen(seen) && personOf(seen)) }, now);
  const events = await ctx.ledger.events(identityId);
  const row = (await ctx.ledger.gate(identityId)) ?? 'none';
  return {
    identity: identityId,
    status: statusOf(record),
    waiting_on: waitingOn(record),
    why: explainWaiting(record, now),
    ledger: found === undefined ? null : ledgerFacts(record),
    kratos: kratosFacts(record, seen),
    gate: gateFacts(ctx, record, seen, events, row),
    due: nextDue(record).map(({ what, at }) => ({ what, at: iso(at) })),
    attempts: record.verifications.map(attemptFacts),
    events: events.map(eventFacts),
  };
}

export type Facts = NonNullable<Awaited<ReturnType<typeof gatherFacts>>>;
