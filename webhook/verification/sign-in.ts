import type { GateRow } from '../ledger/ledger.ts';
import type { Desk } from './desk.ts';
import { type Attempt, hasNews, noteGate } from './gate-events.ts';
import { healed, type Remedy, remedyFor } from './heal.ts';
import { type Judgement, judge } from './judgement.ts';
import { tellsNews } from './particulars.ts';
import { wayOn } from './way-on.ts';
import { within } from './within.ts';
import type { Worker } from './worker.ts';

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
