import type { UpstreamFacts } from '../errors.ts';
import type { Started } from '../jumio/client.ts';
import type { Debts } from '../ledger/claim.ts';
import type { Verification } from '../ledger/types.ts';
import { type CreateFailure, classifyCreate, onCreateFailed } from './create-failed.ts';
import { accountOf, onCreated, type Terms } from './created.ts';
import type { Desk } from './desk.ts';
import { payErasure } from './erasure.ts';
import type { Claim, Work } from './lease.ts';
import { onDetails, onReadFailed, onStatus, wantsDetails } from './looked.ts';
import type { Look } from './outcomes.ts';
import { payEvidence } from './pay-evidence.ts';
import { prepare } from './prepare.ts';
import { payKratos, payKratosWhenLate } from './publish.ts';
import { mintReference } from './reference.ts';
import { beginStep, endStep, factsOf, type Step, THROTTLED_MS } from './step.ts';

function terms(desk: Desk): Terms {
  const { linkLifetimeMs, workflowKey } = desk;
  const preparesFor = desk.prepared === undefined ? undefined : desk.consentVersion;
  return { now: desk.clock.now(), random: desk.random(), linkLifetimeMs, workflowKey, preparesFor };
}

async function createFailed(desk: Desk, failure: CreateFailure, facts: UpstreamFacts, isNew: boolean): Promise<void> {
  const now = desk.clock.now();
  const seen = `Jumio answers ${facts.status ?? facts.failure} to the ${facts.operation} call`;
  if (failure === 'throttled') await desk.ledger.budgets.pause('account', now, facts.retryAfter ?? THROTTLED_MS);
  if (failure === 'stopped') await desk.ledger.budgets.stop(`${seen}: check credentials, permission and base URL`, now);
  if (failure === 'refused')
    await desk.ledger.budgets.refused(`${seen}: check JUMIO_WORKFLOW_KEY and URLs`, now, isNew);
}

async function create(desk: Desk, step: Step, row: Verification): Promise<void> {
  if (!step.mayCall()) return;
  const accountId = accountOf(step.claim.snapshot, row);
  const reference = mintReference(desk.ledger.referenceKey, row.id);
  const locale = step.claim.snapshot.identity.locale ?? undefined;
  const start = { identityId: step.identityId, reference, locale, ...(accountId === undefined ? {} : { accountId }) };
  try {
    const started = await desk.jumio.create(start);
    const mine = await keep(desk, step, row, started);
    if (!mine) return await orphaned(desk, row, started.executionId);
    if (started.link !== undefined) return await desk.ledger.budgets.cleared(desk.clock.now());
    const reason = 'Jumio gave no web.href: set a domain prefix in the Jumio portal';
    await desk.ledger.budgets.stop(reason, desk.clock.now());
  } catch (error) {
    const facts = factsOf(error);
    const failure = classifyCreate(facts, accountId !== undefined);
    desk.log.warn({ identity: step.identityId, upstream: facts }, `could not create the verification: ${failure}`);
    await step.write((snapshot) => onCreateFailed(snapshot, row.id, facts, failure, terms(desk)));
    await createFailed(desk, failure, facts, row.parked === 0);
  }
}

/** Whether it is kept; where the ledger refuses for as long as the lease lasts, the log is the only place left. */
async function keep(desk: Desk, step: Step, row: Verification, started: Started): Promise<boolean> {
  try {
    return await step.write((snapshot) => onCreated(snapshot, row.id, started, terms(desk)));
  } catch (error) {
    const { identityId: identity } = step;
    desk.log.error({ identity, execution: started.executionId }, 'an execution was created and could not be kept');
    throw error;
  }
}

/** The answer came after the lease had ended: an execution that nobody will ever get the link of. */
async function orphaned(desk: Desk, row: Verification, execution: string): Promise<void> {
  await desk.ledger.note(desk.clock.now(), { kind: 'orphan', verificationId: row.id, detail: { execution } });
}

function look(desk: Desk, step: Step, row: Verification): Look {
  return {
    verificationId: row.id,
    nudges: step.claim.snapshot.identity.nudges,
    now: desk.clock.now(),
    random: desk.random(),
    reference: mintReference(desk.ledger.referenceKey, row.id),
    newId: desk.newId,
    policy: desk.policy,
  };
}

async function read(desk: Desk, step: Step, row: Verification): Promise<void> {
  if (step.claim.snapshot.identity.erasedAt !== null) return payErasure(desk, step, row);
  if (!step.mayCall() || row.accountId === null || row.executionId === null) return;
  const ids = { accountId: row.accountId, executionId: row.executionId };
  try {
    if (wantsDetails(row)) {
      const result = await desk.jumio.details(ids);
      await step.write((snapshot) => onDetails(snapshot, look(desk, step, row), result));
    } else {
      const word = await desk.jumio.status(ids);
      await step.write((snapshot) => onStatus(snapshot, look(desk, step, row), word));
    }
  } catch (error) {
    const facts = factsOf(error);
    desk.log.warn({ identity: step.identityId, upstream: facts }, 'could not read the verification at Jumio');
    const now = desk.clock.now();
    if (facts.status === 429) await desk.ledger.budgets.pause('retrieval', now, facts.retryAfter ?? THROTTLED_MS);
    await step.write((snapshot) => onReadFailed(snapshot, look(desk, step, row), facts));
  }
}

/** Which debts a step has calls under way for. */
export function debtsOf(work: Work): (keyof Debts)[] {
  const debts = ['create', 'read', 'publish', 'prepare', 'evidence'] as const;
  return debts.filter((debt) => Boolean(work[debt]));
}

/**
 * The worker's step: does every debt of one claimed identity that a budget token was taken for. Both neighbours are
 * called side by side, so neither waits for the other.
 * @param paid is told of each of `debtsOf(claim.work)` when its calls are over, however they went.
 */
export async function advance(desk: Desk, claim: Claim, paid: (debt: keyof Debts) => void): Promise<void> {
  const step = beginStep(desk, claim);
  const { work } = claim;
  const pay = (debt: keyof Debts, calls: Promise<void>): Promise<void> => calls.finally(() => paid(debt));
  const creating = work.create ? pay('create', create(desk, step, work.create)) : undefined;
  const parts: Promise<void>[] = creating ? [creating] : [];
  if (work.read) parts.push(pay('read', read(desk, step, work.read)));
  if (work.prepare) parts.push(pay('prepare', prepare(desk, step, work.prepare)));
  const judging = work.evidence ? pay('evidence', payEvidence(desk, step)) : undefined;
  if (judging) parts.push(judging);
  const first = creating ?? judging;
  if (work.publish) parts.push(pay('publish', payKratos(desk, step)));
  else if (first) parts.push(payKratosWhenLate(desk, step, first));
  const results = await Promise.allSettled(parts);
  await endStep(desk, step);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
