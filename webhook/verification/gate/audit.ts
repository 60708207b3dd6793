import type { LedgerEvent } from '../../model.ts';
import type { Context } from '../context.ts';
import type { GateCheck, GateSubject } from './check.ts';

/** A sign-in as the hook of Kratos describes it. */
export interface SignInAttempt extends GateSubject {
  /** The id of the flow in Kratos. */
  readonly flowId?: string | undefined;
}

const HOUR_MS = 3_600_000;

/** At most so many events wait in memory while the ledger cannot be written; the decision is a line of the log too (http/hooks/validate.ts). */
const MOST_WAITING = 1_000;

interface UnwrittenEvent {
  readonly identityId: string;
  readonly at: number;
  readonly event: LedgerEvent;
}

/** Events that the ledger refused, to be written with the next sign-in. They are lost when the process ends. */
const unwritten = new WeakMap<Context, UnwrittenEvent[]>();

function kindOf(ctx: Context, { decision }: GateCheck): string {
  if (decision === 'allow') return 'undecided';
  return ctx.gate.mode === 'shadow' ? 'would_block' : 'blocked';
}

/** The key that makes an event unique: one event per flow of Kratos; without a flow, one per rule and hour. */
function onceOf(kind: string, attempt: SignInAttempt, rule: number | null, now: number): string {
  const hour = Math.floor(now / HOUR_MS);
  return `${kind}:${attempt.identityId}:${attempt.flowId ?? `${rule ?? 'none'}:${hour}`}`;
}

/** The event of a sign-in; undefined where the policy allowed it. */
function gateEvent(ctx: Context, attempt: SignInAttempt, check: GateCheck, now: number): LedgerEvent | undefined {
  const { result, decision } = check;
  if (decision === 'allow' && result.status !== 'unknown') return undefined;
  const kind = kindOf(ctx, check);
  const rule = result.rule?.index ?? null;
  const decidedBy = { rule, name: result.rule?.name ?? null, policy: ctx.policy.hash };
  const request = { flow: attempt.flowId ?? null, kind: attempt.flow ?? null, status: result.status };
  return {
    kind,
    detail: { ...decidedBy, ...request },
    once: onceOf(kind, attempt, rule, now),
    cap: `gate:${attempt.identityId}`,
  };
}

async function write(ctx: Context, { identityId, at, event }: UnwrittenEvent): Promise<void> {
  try {
    await ctx.ledger.note(at, event, identityId);
  } catch (error) {
    ctx.log.error(
      { identity: identityId, err: error },
      'could not record a decision of the gate: retried with the next sign-in',
    );
    const waiting = unwritten.get(ctx) ?? [];
    if (waiting.length < MOST_WAITING) unwritten.set(ctx, [...waiting, { identityId, at, event }]);
  }
}

/** Writes the event of this sign-in, and those that the ledger refused before. Never rejects: an event that cannot be written waits. */
export async function recordGateEvent(ctx: Context, attempt: SignInAttempt, check: GateCheck): Promise<void> {
  const at = ctx.clock.now();
  const event = gateEvent(ctx, attempt, check, at);
  const waiting = check.row === 'unreadable' ? [] : (unwritten.get(ctx) ?? []);
  if (waiting.length > 0) unwritten.delete(ctx);
  const own = event === undefined ? [] : [{ identityId: attempt.identityId, at, event }];
  await Promise.all([...own, ...waiting].map((one) => write(ctx, one)));
}

/** Whether `recordGateEvent` has anything to write. Most sign-ins cost no write. */
export function hasEvents(ctx: Context, { result, decision, row }: GateCheck): boolean {
  const isWaiting = row !== 'unreadable' && unwritten.has(ctx);
  return isWaiting || decision !== 'allow' || result.status === 'unknown';
}
