import type { GateRow } from '../../ledger/ledger.ts';
import type { Context, Worker } from '../context.ts';
import { issueLink } from '../person/index.ts';
import { decidedStatus, hasNewDetails } from '../record/index.ts';
import { withTimeout } from '../waiting.ts';
import { hasNews, recordGateEvent, type SignInAttempt } from './audit.ts';
import { checkGate, type GateCheck } from './check.ts';
import { healed, type Remedy, remedyFor } from './heal.ts';

/** The answer to a sign-in. */
export interface SignInDecision extends GateCheck {
  /** The token of a one-time address, where the refusal offers one. */
  readonly wayOn?: string | undefined;
}

async function putRight(ctx: Context, worker: Worker, signIn: SignInAttempt, remedy: Remedy): Promise<void> {
  const now = ctx.clock.now();
  const context = { now, newId: ctx.newId, eid: ctx.eid, startsAt: ctx.startsAt };
  await ctx.ledger.change(signIn.identityId, now, (found) => healed(remedy, found, signIn, context));
  worker.wake();
}

async function noteContradiction(ctx: Context, signIn: SignInAttempt, row: GateRow): Promise<void> {
  const detail = { ledger: row.status, copy: signIn.copy.statuses.join(' ') };
  const once = `contradiction:${signIn.identityId}:${row.version}:${detail.copy}`;
  await ctx.ledger.change(signIn.identityId, ctx.clock.now(), (record) =>
    record === undefined ? undefined : { record, events: [{ kind: 'contradiction', detail, once }] },
  );
}

/** What a sign-in puts right where the ledger can be read. */
async function heal(ctx: Context, worker: Worker, attempt: SignInAttempt, { verdict, row }: GateCheck): Promise<void> {
  if (row === 'unreadable') return;
  const known = row === 'none' ? undefined : row;
  const remedy = remedyFor(known, attempt, ctx.ledger.createdAt);
  if (verdict.contradiction && known !== undefined) await noteContradiction(ctx, attempt, known);
  if (remedy !== 'none' || (known !== undefined && hasNewDetails(known, attempt)))
    await putRight(ctx, worker, attempt, remedy);
}

/** Whether `heal` has anything to do. */
function isAmiss(ctx: Context, attempt: SignInAttempt, { verdict, row }: GateCheck): boolean {
  if (row === 'unreadable') return false;
  const known = row === 'none' ? undefined : row;
  const isNew = known !== undefined && hasNewDetails(known, attempt);
  return verdict.contradiction || isNew || remedyFor(known, attempt, ctx.ledger.createdAt) !== 'none';
}

async function afterwards(ctx: Context, worker: Worker, attempt: SignInAttempt, judgement: GateCheck): Promise<void> {
  if (hasNews(ctx, judgement)) await recordGateEvent(ctx, attempt, judgement);
  try {
    await heal(ctx, worker, attempt, judgement);
  } catch (error) {
    ctx.log.error({ identity: attempt.identityId, err: error }, 'the sign-in could not heal');
  }
}

/**
 * The decision at sign-in, within `withinMs` in all, what is noted of it, and what the sign-in heals. Neither that nor
 * the way on changes the decision by failing or by being late.
 */
export async function decideSignIn(
  ctx: Context,
  worker: Worker,
  attempt: SignInAttempt,
  withinMs: number,
): Promise<SignInDecision> {
  const end = performance.now() + withinMs;
  const judgement = await checkGate(ctx, attempt, withinMs / 2);
  // Most sign-ins: nothing to note and nothing to put right.
  if (!hasNews(ctx, judgement) && !isAmiss(ctx, attempt, judgement)) return judgement;
  const offers = judgement.answer === 'block_with_way_on';
  const token = offers ? await continuationLink(ctx, attempt, (end - performance.now()) / 2) : undefined;
  await withTimeout(afterwards(ctx, worker, attempt, judgement), end - performance.now());
  return { ...judgement, wayOn: token };
}

const LIFETIME_MS = 10 * 60_000;

/**
 * A one-time address for somebody whom the gate refuses: it opens their verification and nothing else. A new block of
 * the same flow withdraws the older one. `undefined` where it could not be kept in time: then it is a plain refusal.
 */
export async function continuationLink(
  ctx: Context,
  attempt: SignInAttempt,
  withinMs: number,
): Promise<string | undefined> {
  const { identityId, schemaId, kratosCreatedAt, copy } = attempt;
  const person = { identityId, schemaId, kratosCreatedAt, inherited: decidedStatus(copy) };
  const issue = { purpose: 'way-on', lifetimeMs: LIFETIME_MS, replaces: attempt.flowId ?? identityId } as const;
  try {
    const token = await withTimeout(issueLink(ctx, person, issue), withinMs);
    if (token !== 'late') return token;
    ctx.log.warn({ identity: identityId }, 'a refusal carries no way on: the ledger took too long');
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'a refusal carries no way on: the ledger cannot be written');
  }
  return undefined;
}
