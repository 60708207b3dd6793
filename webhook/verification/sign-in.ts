import type { GateRow } from '../ledger/ledger.ts';
import type { Desk } from './desk.ts';
import { gate, type Policy, type Verdict } from './gate.ts';
import { heal, remedyFor, type SignIn } from './heal.ts';
import type { Worker } from './worker.ts';

const sleep = (ms: number): Promise<'late'> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('late'), ms).unref();
  });

async function readRow(desk: Desk, identityId: string, withinMs: number): Promise<GateRow | 'none' | 'unreadable'> {
  try {
    const row = await Promise.race([desk.ledger.gate(identityId), sleep(withinMs)]);
    return row === 'late' ? 'unreadable' : (row ?? 'none');
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'the ledger cannot be read');
    return 'unreadable';
  }
}

async function putRight(desk: Desk, worker: Worker, signIn: SignIn, row: GateRow | 'none'): Promise<void> {
  const remedy = remedyFor(row === 'none' ? undefined : row, signIn, desk.ledger.createdAt);
  if (remedy === 'none') return;
  const now = desk.clock.now();
  const context = { now, newId: desk.newId };
  await desk.ledger.change(signIn.identityId, now, (found) => heal(remedy, found, signIn, context));
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
export async function signIn(
  desk: Desk,
  worker: Worker,
  policy: Policy,
  attempt: SignIn,
  withinMs: number,
): Promise<Verdict> {
  const started = performance.now();
  const row = await readRow(desk, attempt.identityId, withinMs / 2);
  const verdict = gate(policy, row, attempt.copy);
  if (row === 'unreadable') return verdict;
  const after = async (): Promise<void> => {
    if (verdict.contradiction && row !== 'none') await noteContradiction(desk, attempt, row);
    await putRight(desk, worker, attempt, row);
  };
  const healing = after().catch((error: unknown) => {
    desk.log.error({ identity: attempt.identityId, err: error }, 'the sign-in could not heal');
  });
  await Promise.race([healing, sleep(Math.max(0, withinMs - (performance.now() - started)))]);
  return verdict;
}
