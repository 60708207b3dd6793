import type { BudgetReport } from '../../../ledger/budgets.ts';
import type { Context } from '../../context.ts';

/** An identity that is stuck, and since when (epoch milliseconds). */
export interface StuckEntry {
  readonly kind: string;
  readonly identity: string;
  readonly since: number;
  readonly detail: string | null;
}

/** How the service stands, for operators. */
export interface ServiceView {
  /** The first of each kind, so that one page stays one page. */
  readonly stuck: readonly StuckEntry[];
  /** Whether there are more than these. */
  readonly hasMore: boolean;
  readonly paused: readonly BudgetReport[];
  /** The next due work of each kind: what the worker does next. */
  readonly gate: { readonly mode: string; readonly onFailure: string; readonly policy: string };
}

/** Stuck identities on the page; `list --stuck` prints all. */
const MOST = 100;

/** Reads what is stuck and what is paused. */
export async function readService(ctx: Context): Promise<ServiceView> {
  const now = ctx.clock.now();
  const stuck: StuckEntry[] = [];
  let hasMore = false;
  for await (const { kind, identity, since, detail } of ctx.ledger.reports.problems(now)) {
    if (stuck.length === MOST) {
      hasMore = true;
      break;
    }
    stuck.push({ kind, identity, since, detail });
  }
  const { mode, onFailure } = ctx.gate;
  const gate = { mode, onFailure, policy: ctx.policy.hash };
  return { stuck, hasMore, paused: await ctx.ledger.budgets.paused(now), gate };
}
