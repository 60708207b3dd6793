import type { GateRow } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import type { GateDecision } from '../policy/index.ts';
import type { PublishedCopy } from '../record/index.ts';
import { withTimeout } from '../waiting.ts';
import { evaluateGate, type GateRequest, type GateResult } from './decide.ts';

/** The ledger's row of an identity: `none` if there is none, `unreadable` if the ledger failed or took too long. */
export type KnownRow = GateRow | 'none' | 'unreadable';

/** The identity that wants to sign in, and its published copy. */
export interface GateSubject extends GateRequest {
  readonly identityId: string;
  readonly copy: PublishedCopy;
}

/** The result of the policy, and the answer that follows from it. */
export interface GateCheck {
  readonly result: GateResult;
  /** The decision of the policy, or of `ON_FAILURE` where neither the ledger nor the copy has a status. */
  readonly decision: GateDecision;
  /** The answer to the caller: as `decision`, but in shadow mode always `allow`. */
  readonly answer: GateDecision;
  /** When the verdict was decided, else when the status last changed, in epoch milliseconds; null: not known. */
  readonly since: number | null;
  /** The language that the person prefers, a tag; null: not known. */
  readonly locale: string | null;
  readonly row: KnownRow;
}

async function readRow(ctx: Context, identityId: string, timeoutMs: number): Promise<KnownRow> {
  try {
    const row = await withTimeout(ctx.ledger.gate(identityId), timeoutMs);
    return row === 'timeout' ? 'unreadable' : (row ?? 'none');
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'could not read the ledger for the gate');
    return 'unreadable';
  }
}

/** The decision of `ON_FAILURE`; each use is a line in the log. */
function onFailure(ctx: Context, identity: string): GateDecision {
  const outcome = ctx.gate.onFailure === 'allow' ? 'allowed' : 'refused';
  ctx.log.warn({ identity }, `neither the ledger nor the published copy has a status: ${outcome} by ON_FAILURE`);
  return ctx.gate.onFailure;
}

/** The facts of an identity whose row is missing or was not read. */
const UNREAD = { decidedAt: null, changedAt: null, locale: null };

/**
 * Decides whether an identity may sign in. Reads one row, makes no call and writes nothing (docs/design.md#gate).
 * @param readTimeoutMs after so long the ledger counts as unreadable
 */
export async function checkGate(ctx: Context, subject: GateSubject, readTimeoutMs: number): Promise<GateCheck> {
  const row = await readRow(ctx, subject.identityId, readTimeoutMs);
  const result = evaluateGate(ctx.policy, row, subject.copy, subject, ctx.clock.now());
  const decision = result.status === 'unknown' ? onFailure(ctx, subject.identityId) : result.decision;
  const answer = ctx.gate.mode === 'shadow' ? 'allow' : decision;
  const { decidedAt, changedAt, locale } = typeof row === 'string' ? UNREAD : row;
  return { result, decision, answer, since: decidedAt ?? changedAt, locale, row };
}
