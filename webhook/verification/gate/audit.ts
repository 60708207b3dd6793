import type { LedgerEvent } from '../../model.ts';
import type { Context } from '../context.ts';
import type { GateCheck, GateSubject } from './check.ts';

/** A sign-in, as Kratos tells it. */
export interface SignInAttempt extends GateSubject {
  /** The id of the flow in Kratos. */
  readonly flowId?: string | undefined;
}

const HOUR_MS = 3_600_000;

/** How many are kept while the ledger cannot be written; the log has every one. */
const MOST_KEPT = 1_000;

interface Late {
  readonly identityId: string;
  readonly at: number;
  readonly event: LedgerEvent;
}

/** What the ledger could not take; lost when the process ends. */
const late = new WeakMap<Context, Late[]>();

function kindOf(ctx: Context, { decision }: GateCheck): string {
  if (decision === 'allow') return 'undecided';
  return ctx.gate.mode === 'shadow' ? 'would_block' : 'blocked';
}

/** Kratos keeps a flow for every try of a person: one event for each flow, else for each rule and hour. */
function onceOf(kind: string, attempt: SignInAttempt, rule: number | null, now: number): string {
  const hour = Math.floor(now / HOUR_MS);
  return `${kind}:${attempt.identityId}:${attempt.flowId ?? `${rule ?? 'none'}:${hour}`}`;
}

/** What there is to note of a sign-in: nothing where the policy lets somebody in. */
function gateEvent(ctx: Context, attempt: SignInAttempt, judgement: GateCheck, now: number): LedgerEvent | undefined {
  const { verdict, decision } = judgement;
  if (decision === 'allow' && verdict.status !== 'unknown') return undefined;
  const kind = kindOf(ctx, judgement);
  const rule = verdict.rule?.index ?? null;
  const named = { rule, name: verdict.rule?.name ?? null, policy: ctx.policy.hash };
  const told = { flow: attempt.flowId ?? null, kind: attempt.flow ?? null, status: verdict.status };
  return { kind, detail: { ...named, ...told }, once: onceOf(kind, attempt, rule, now) };
}

async function write(ctx: Context, { identityId, at, event }: Late): Promise<void> {
  try {
    await ctx.ledger.note(at, event, identityId);
  } catch (error) {
    ctx.log.error(
      { identity: identityId, err: error },
      'a decision of the gate could not be noted; it will be tried again',
    );
    const kept = late.get(ctx) ?? [];
    if (kept.length < MOST_KEPT) late.set(ctx, [...kept, { identityId, at, event }]);
  }
}

/** Notes what the gate did, as long as the ledger takes it; else with the next sign-in after it is back. */
export async function recordGateEvent(ctx: Context, attempt: SignInAttempt, judgement: GateCheck): Promise<void> {
  const at = ctx.clock.now();
  const event = gateEvent(ctx, attempt, judgement, at);
  const waiting = judgement.row === 'unreadable' ? [] : (late.get(ctx) ?? []);
  if (waiting.length > 0) late.delete(ctx);
  const news = event === undefined ? [] : [{ identityId: attempt.identityId, at, event }];
  await Promise.all([...news, ...waiting].map((one) => write(ctx, one)));
}

/** Whether `noteGate` has anything to write: most sign-ins cost no write at all. */
export function hasNews(ctx: Context, { verdict, decision, row }: GateCheck): boolean {
  const isWaiting = row !== 'unreadable' && late.has(ctx);
  return isWaiting || decision !== 'allow' || verdict.status === 'unknown';
}
