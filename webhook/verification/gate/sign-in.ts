import type { GateRow } from '../../ledger/ledger.ts';
import type { Desk, Worker } from '../context.ts';
import { issueAddress } from '../person/index.ts';
import { decidedStatus, tellsNews } from '../record/index.ts';
import { within } from '../waiting.ts';
import { type Attempt, hasNews, noteGate } from './audit.ts';
import { type Judgement, judge } from './check.ts';
import { healed, type Remedy, remedyFor } from './heal.ts';

/** The answer to a sign-in. */
export interface Answer extends Judgement {
  /** The token of a one-time address, where the refusal offers one. */
  readonly wayOn?: string | undefined;
}

async function putRight(desk: Desk, worker: Worker, signIn: Attempt, remedy: Remedy): Promise<void> {
  const now = desk.clock.now();
  const context = { now, newId: desk.newId, eid: desk.eid, startsAt: desk.startsAt };
  await desk.ledger.change(signIn.identityId, now, (found) => healed(remedy, found, signIn, context));
  worker.wake();
}

async function noteContradiction(desk: Desk, signIn: Attempt, row: GateRow): Promise<void> {
  const detail = { ledger: row.status, copy: signIn.copy.statuses.join(' ') };
  const once = `contradiction:${signIn.identityId}:${row.version}:${detail.copy}`;
  await desk.ledger.change(signIn.identityId, desk.clock.now(), (snapshot) =>
    snapshot === undefined ? undefined : { snapshot, events: [{ kind: 'contradiction', detail, once }] },
  );
}

/** What a sign-in puts right where the ledger can be read. */
async function heal(desk: Desk, worker: Worker, attempt: Attempt, { verdict, row }: Judgement): Promise<void> {
  if (row === 'unreadable') return;
  const known = row === 'none' ? undefined : row;
  const remedy = remedyFor(known, attempt, desk.ledger.createdAt);
  if (verdict.contradiction && known !== undefined) await noteContradiction(desk, attempt, known);
  if (remedy !== 'none' || (known !== undefined && tellsNews(known, attempt)))
    await putRight(desk, worker, attempt, remedy);
}

/** Whether `heal` has anything to do. */
function isAmiss(desk: Desk, attempt: Attempt, { verdict, row }: Judgement): boolean {
  if (row === 'unreadable') return false;
  const known = row === 'none' ? undefined : row;
  const isNew = known !== undefined && tellsNews(known, attempt);
  return verdict.contradiction || isNew || remedyFor(known, attempt, desk.ledger.createdAt) !== 'none';
}

async function afterwards(desk: Desk, worker: Worker, attempt: Attempt, judgement: Judgement): Promise<void> {
  if (hasNews(desk, judgement)) await noteGate(desk, attempt, judgement);
  try {
    await heal(desk, worker, attempt, judgement);
  } catch (error) {
    desk.log.error({ identity: attempt.identityId, err: error }, 'the sign-in could not heal');
  }
}

/**
 * The decision at sign-in, within `withinMs` in all, what is noted of it, and what the sign-in heals. Neither that nor
 * the way on changes the decision by failing or by being late.
 */
export async function signIn(desk: Desk, worker: Worker, attempt: Attempt, withinMs: number): Promise<Answer> {
  const end = performance.now() + withinMs;
  const judgement = await judge(desk, attempt, withinMs / 2);
  // Most sign-ins: nothing to note and nothing to put right.
  if (!hasNews(desk, judgement) && !isAmiss(desk, attempt, judgement)) return judgement;
  const offers = judgement.answer === 'block_with_way_on';
  const token = offers ? await wayOn(desk, attempt, (end - performance.now()) / 2) : undefined;
  await within(afterwards(desk, worker, attempt, judgement), end - performance.now());
  return { ...judgement, wayOn: token };
}

const LIFETIME_MS = 10 * 60_000;

/**
 * A one-time address for somebody whom the gate refuses: it opens their verification and nothing else. A new block of
 * the same flow withdraws the older one. `undefined` where it could not be kept in time: then it is a plain refusal.
 */
export async function wayOn(desk: Desk, attempt: Attempt, withinMs: number): Promise<string | undefined> {
  const { identityId, schemaId, bornAt, copy } = attempt;
  const person = { identityId, schemaId, bornAt, inherited: decidedStatus(copy) };
  const issue = { purpose: 'way-on', lifetimeMs: LIFETIME_MS, replaces: attempt.flowId ?? identityId } as const;
  try {
    const token = await within(issueAddress(desk, person, issue), withinMs);
    if (token !== 'late') return token;
    desk.log.warn({ identity: identityId }, 'a refusal carries no way on: the ledger took too long');
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'a refusal carries no way on: the ledger cannot be written');
  }
  return undefined;
}
