import type { GateRow } from '../../ledger/ledger.ts';
import type { Desk } from '../context.ts';
import type { Decision } from '../policy/index.ts';
import type { Copy } from '../record/index.ts';
import { within } from '../waiting.ts';
import { type Asked, gate, type Verdict } from './decide.ts';

export type KnownRow = GateRow | 'none' | 'unreadable';

/** Somebody about whom the gate is asked. */
export interface Asking extends Asked {
  readonly identityId: string;
  readonly copy: Copy;
}

/** What the policy says, and what is done about it. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What the policy, or `ON_FAILURE` in its place, decides. */
  readonly decision: Decision;
  /** What the caller is told: in shadow mode nobody is blocked. */
  readonly answer: Decision;
  readonly row: KnownRow;
}

async function readRow(desk: Desk, identityId: string, withinMs: number): Promise<KnownRow> {
  try {
    const row = await within(desk.ledger.gate(identityId), withinMs);
    return row === 'late' ? 'unreadable' : (row ?? 'none');
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'the ledger cannot be read');
    return 'unreadable';
  }
}

/** The operator states in advance what a gate does that can say nothing; each use is a line in the log. */
function onFailure(desk: Desk, identity: string): Decision {
  const words = desk.gate.onFailure === 'allow' ? 'let in' : 'refused';
  desk.log.warn({ identity }, `neither the ledger nor the published copy says anything: ${words} by ON_FAILURE`);
  return desk.gate.onFailure;
}

/** Asks the gate. Reads one row, calls nobody and writes nothing. */
export async function judge(desk: Desk, asking: Asking, readWithinMs: number): Promise<Judgement> {
  const row = await readRow(desk, asking.identityId, readWithinMs);
  const verdict = gate(desk.policy, row, asking.copy, asking, desk.clock.now());
  const decision = verdict.status === 'unknown' ? onFailure(desk, asking.identityId) : verdict.decision;
  return { verdict, decision, answer: desk.gate.mode === 'shadow' ? 'allow' : decision, row };
}
