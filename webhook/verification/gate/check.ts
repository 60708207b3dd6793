import type { GateRow } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import type { GateDecision } from '../policy/index.ts';
import type { PublishedCopy } from '../record/index.ts';
import { withTimeout } from '../waiting.ts';
import { evaluateGate, type GateRequest, type GateResult } from './decide.ts';

export type KnownRow = GateRow | 'none' | 'unreadable';

/** Somebody about whom the gate is asked. */
export interface GateSubject extends GateRequest {
  readonly identityId: string;
  readonly copy: PublishedCopy;
}

/** What the policy says, and what is done about it. */
export interface GateCheck {
  readonly verdict: GateResult;
  /** What the policy, or `ON_FAILURE` in its place, decides. */
  readonly decision: GateDecision;
  /** What the caller is told: in shadow mode nobody is blocked. */
  readonly answer: GateDecision;
  readonly row: KnownRow;
}

async function readRow(ctx: Context, identityId: string, withinMs: number): Promise<KnownRow> {
  try {
    const row = await withTimeout(ctx.ledger.gate(identityId), withinMs);
    return row === 'late' ? 'unreadable' : (row ?? 'none');
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'the ledger cannot be read');
    return 'unreadable';
  }
}

/** The operator states in advance what a gate does that can say nothing; each use is a line in the log. */
function onFailure(ctx: Context, identity: string): GateDecision {
  const words = ctx.gate.onFailure === 'allow' ? 'let in' : 'refused';
  ctx.log.warn({ identity }, `neither the ledger nor the published copy says anything: ${words} by ON_FAILURE`);
  return ctx.gate.onFailure;
}

/** Asks the gate. Reads one row, calls nobody and writes nothing. */
export async function checkGate(ctx: Context, asking: GateSubject, readWithinMs: number): Promise<GateCheck> {
  const row = await readRow(ctx, asking.identityId, readWithinMs);
  const verdict = evaluateGate(ctx.policy, row, asking.copy, asking, ctx.clock.now());
  const decision = verdict.status === 'unknown' ? onFailure(ctx, asking.identityId) : verdict.decision;
  return { verdict, decision, answer: ctx.gate.mode === 'shadow' ? 'allow' : decision, row };
}
