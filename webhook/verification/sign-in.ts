import type { GateRow } from '../ledger/ledger.ts';
import type { Desk } from './desk.ts';
import { gate, type Verdict } from './gate.ts';
import { healed, type Remedy, remedyFor, type SignIn } from './heal.ts';
import { tellsNews } from './particulars.ts';
import type { Worker } from './worker.ts';

/** What `work` comes to, or `late`. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readRow(desk: Desk, identityId: string, withinMs: number): Promise<GateRow | 'none' | 'unreadable'> {
  try {
    const row = await within(desk.ledger.gate(identityId), withinMs);
    return row === 'late' ? 'unreadable' : (row ?? 'none');
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'the ledger cannot be read');
    return 'unreadable';
  }
}

async function putRight(desk: Desk, worker: Worker, signIn: SignIn, remedy: Remedy): Promise<void> {
  const now = desk.clock.now();
  const context = { now, newId: desk.newId, startsAt: desk.startsAt };
  await desk.ledger.change(signIn.identityId, now, (found) => healed(remedy, found, signIn, context));
  worker.wake();
}

async function noteContradiction(desk: Desk, signIn: SignIn, row: GateRow): Promise<void> {
  const detail = { ledger: row.status, copy: signIn.copy.statuses.join(' ') };
  const once = `contradiction:${signIn.identityId}:${row.version}:${detail.copy}`;
  await desk.ledger.change(signIn.identityId, desk.clock.now(), (snapshot) =>
    snapshot === undefined ? undefined : { snapshot, events: [{ kind: 'contradiction', detail, once }] },
  );
}

/**
 * The decision at sign-in, within `withinMs` in all, and what the sign-in heals. Healing that fails or is late never
 * changes the decision.
 */
export async function signIn(desk: Desk, worker: Worker, attempt: SignIn, withinMs: number): Promise<Verdict> {
  const started = performance.now();
  const row = await readRow(desk, attempt.identityId, withinMs / 2);
  const verdict = gate(desk.policy, row, attempt.copy, attempt, desk.clock.now());
  if (row === 'unreadable') return verdict;
  const remedy = remedyFor(row === 'none' ? undefined : row, attempt, desk.ledger.createdAt);
  const isToWrite = remedy !== 'none' || (row !== 'none' && tellsNews(row, attempt));
  if (!isToWrite && !verdict.contradiction) return verdict;
  const after = async (): Promise<void> => {
    if (verdict.contradiction && row !== 'none') await noteContradiction(desk, attempt, row);
    if (isToWrite) await putRight(desk, worker, attempt, remedy);
  };
  const healing = after().catch((error: unknown) => {
    desk.log.error({ identity: attempt.identityId, err: error }, 'the sign-in could not heal');
  });
  await within(healing, Math.max(0, withinMs - (performance.now() - started)));
  return verdict;
}
