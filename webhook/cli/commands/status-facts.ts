import { executionPage } from '../../config/portal-url.ts';
import type { Dependencies } from '../../dependencies.ts';
import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { StoredEvent } from '../../ledger/reads.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import { stateAsOf } from '../../transactions/index.ts';
import type { Context } from '../../verification/context.ts';
import { evaluateGate } from '../../verification/gate/index.ts';
import { compareCopies, explainWaiting, nextDue } from '../../verification/operator/index.ts';
import { personFrom } from '../../verification/person/index.ts';
import { findIdentity } from '../../verification/publication/index.ts';
import { newIdentity, readPublishedCopy, standingOf, statusOf, waitingOn } from '../../verification/record/index.ts';
import { iso } from '../output.ts';
import { runningFacts } from '../running-service.ts';

/** `gate.blocks` holds at most this many, the latest ones; `export --identity` has all. */
const LAST_BLOCKS = 10;

/** So many of the newest transactions are looked through: more cannot be open. */
const MOST_PAYMENTS = 200;

/** So many signed events that wait are shown; `events list` has all. */
const MOST_UNTOLD = 20;

type KratosLookup = KratosIdentity | 'gone' | { readonly unreachable: UpstreamError };

async function lookUp(ctx: Context, identityId: string): Promise<KratosLookup> {
  try {
    return (await findIdentity(ctx, identityId)) ?? 'gone';
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { unreachable: error };
  }
}

function isFound(lookup: KratosLookup): lookup is KratosIdentity {
  return lookup !== 'gone' && 'id' in lookup;
}

/** Jumio's findings in closed words, and the page of the execution in the Jumio portal. Both are for the operator alone. */
function findingFacts({ findings, accountId, executionId }: Verification, portal: string | undefined) {
  const isThere = portal !== undefined && accountId !== null && executionId !== null;
  return {
    found: findings?.split(' ') ?? [],
    portal_url: isThere ? executionPage(portal, { account: accountId, execution: executionId }) : null,
  };
}

/** One attempt, without its link and tokens. */
function attemptFacts(row: Verification, portal: string | undefined) {
  const { id, attempt, source, level, state, jumioStatus, accountId, executionId, decision, decisionLabel, reason } =
    row;
  const jumio = { jumio_status: jumioStatus, account_id: accountId, workflow_execution_id: executionId };
  const decided = { decision, decision_label: decisionLabel, risk_score: row.riskScore, reason };
  const findings = findingFacts(row, portal);
  const times = {
    requested_at: iso(row.requestedAt),
    completed_at: iso(row.completedAt),
    last_read_at: iso(row.lastReadAt),
    next_read_at: iso(row.readDue),
    link_ends_at: iso(row.linkEndsAt),
  };
  const failures = { tries: row.attempts, last_error: row.lastError, parked: row.createRefused };
  return {
    attempt,
    verification_id: id,
    source,
    level,
    state,
    ...jumio,
    ...decided,
    ...findings,
    ...times,
    ...failures,
  };
}

/** The gate's decision for a sign-in now, and the latest sign-ins that it refused. */
function gateFacts(
  ctx: Context,
  record: IdentityRecord,
  lookup: KratosLookup,
  events: readonly StoredEvent[],
  row: LedgerForGate,
) {
  const metadata = isFound(lookup) ? { metadata_public: lookup.metadataPublic } : {};
  const subject = isFound(lookup) ? { schemaId: lookup.schemaId, kratosCreatedAt: lookup.createdAt } : {};
  const result = evaluateGate(
    ctx.policy,
    row,
    readPublishedCopy(metadata),
    { ...subject, flow: 'login' },
    ctx.clock.now(),
  );
  const { decision, status, rule } = result;
  const { hash: policy } = ctx.policy;
  const { mode } = ctx.gate;
  const now = { decision, status, rule: rule && { index: rule.index, name: rule.name }, policy, mode };
  const blocks = events
    .filter(({ kind }) => ['blocked', 'would_block', 'undecided'].includes(kind))
    .slice(-LAST_BLOCKS);
  return { now, blocks: blocks.map(eventFacts), known: record.identity.version > 0 };
}

/** The row of the ledger for the gate. */
type LedgerForGate = Parameters<typeof evaluateGate>[1];

function eventFacts({ at, kind, verificationId, detail }: StoredEvent) {
  return { at: iso(at), kind, verification: verificationId, detail };
}

function ledgerFacts(record: IdentityRecord) {
  const { identity } = record;
  return {
    // `met_at`, `gone`, `stuck` and `granted_from` are published names.
    met_at: iso(identity.firstSeenAt),
    standing: identity.standing,
    inherited: identity.inherited,
    version: identity.version,
    published: identity.published,
    changed_at: iso(identity.changedAt),
    gone: identity.deletedInKratos,
    stuck: identity.publishRefused,
    granted_from: iso(identity.attemptGrantedAt),
    erased_at: iso(identity.erasedAt),
    consent: { version: identity.consentVersion, language: identity.consentLanguage, at: iso(identity.consentAt) },
    declined_at: iso(identity.declinedAt),
  };
}

/** Whether a payer is blocked, and the transactions that are still open or approved; null: there never was a payment. */
async function paymentFacts({ ledger, clock }: Context, identityId: string) {
  const [rows, payer] = [
    await ledger.transactions.listOf(identityId, MOST_PAYMENTS),
    await ledger.transactions.payer(identityId),
  ];
  if (rows.length === 0 && payer === undefined) return null;
  const now = clock.now();
  const blockedUntil = (payer?.blockedUntil ?? 0) > now ? (payer?.blockedUntil ?? null) : null;
  const hasEnded = blockedUntil === null && payer?.blockedUntil != null;
  return {
    blocked_until: iso(blockedUntil),
    failures: hasEnded ? 0 : (payer?.failures ?? 0),
    open: rows
      .map((row) => ({ row, state: stateAsOf(row, now) }))
      .filter(({ state }) => state === 'open' || state === 'approved')
      .map(({ row: { id, clientId, expiresAt, consumeBy }, state }) => ({
        transaction: id,
        client: clientId,
        state,
        ends_at: iso(state === 'approved' ? consumeBy : expiresAt),
      })),
  };
}

/** What applications have not been told yet of this person. */
async function untoldFacts({ ledger }: Context, identityId: string) {
  const rows = await ledger.deliveries.list({ identityId, most: MOST_UNTOLD });
  return rows.map(({ endpoint, type, version, due, tries, lastOutcome }) => {
    return { endpoint, type, sequence: version, due_at: iso(due), failed_tries: tries, last_outcome: lastOutcome };
  });
}

/** The data of Kratos, and where it differs from the ledger. */
function kratosFacts(record: IdentityRecord, lookup: KratosLookup) {
  if (lookup === 'gone') return { found: false, differences: ['Kratos does not have this identity'] };
  if (!isFound(lookup)) return { found: null, unreachable: lookup.unreachable.message, differences: [] };
  const { copy, differences } = compareCopies(record, lookup);
  return {
    found: true,
    state: lookup.state ?? null,
    metadata_public_jumio: copy.public,
    metadata_admin_jumio: copy.admin,
    differences,
  };
}

/**
 * Returns everything about an identity, without secrets and traits; undefined if neither the ledger nor Kratos has it.
 * Published as JSON (`status --json`): names are stable.
 * @throws UpstreamError if the ledger does not have it and Kratos cannot be reached
 */
export async function gatherFacts({ ctx, config }: Dependencies, identityId: string) {
  const portal = config.JUMIO_PORTAL_URL;
  const [known, lookup, running] = await Promise.all([
    ctx.ledger.record(identityId),
    lookUp(ctx, identityId),
    runningFacts(config),
  ]);
  if (known === undefined && !isFound(lookup)) {
    if (lookup === 'gone') return undefined;
    throw lookup.unreachable;
  }
  const now = ctx.clock.now();
  const record = known ?? newIdentity({ id: identityId, ...(isFound(lookup) && personFrom(lookup)) }, now);
  const by = standingOf(record)?.by;
  const events = await ctx.ledger.events(identityId);
  const row = (await ctx.ledger.gate(identityId)) ?? 'none';
  return {
    identity: identityId,
    status: statusOf(record),
    waiting_on: waitingOn(record),
    why: explainWaiting(record, now),
    /** Of the attempt that decided. */
    because: by ? findingFacts(by, portal) : null,
    ledger: known === undefined ? null : ledgerFacts(record),
    kratos: kratosFacts(record, lookup),
    gate: gateFacts(ctx, record, lookup, events, row),
    service: running,
    due: nextDue(record).map(({ what, at }) => ({ what, at: iso(at) })),
    payments: await paymentFacts(ctx, identityId),
    untold: await untoldFacts(ctx, identityId),
    attempts: record.verifications.map((row) => attemptFacts(row, portal)),
    events: events.map(eventFacts),
  };
}

/** The result of `gatherFacts`. */
export type StatusFacts = NonNullable<Awaited<ReturnType<typeof gatherFacts>>>;
