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
  /** Whether there are more of a kind than these. */
  readonly hasMore: boolean;
  readonly paused: readonly BudgetReport[];
  /** What a sign-in is judged by. */
  readonly gate: { readonly mode: string; readonly onFailure: string; readonly policy: string };
}

/** Stuck identities of each kind on the page; `list --stuck` prints all. */
const MOST_OF_KIND = 20;

/** Reads what is stuck and what is paused. */
export async function readService(ctx: Context): Promise<ServiceView> {
  const now = ctx.clock.now();
  const stuck: StuckEntry[] = [];
  const counts = new Map<string, number>();
  for await (const { kind, identity, since, detail } of ctx.ledger.reports.problems(now, MOST_OF_KIND + 1)) {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= MOST_OF_KIND) stuck.push({ kind, identity, since, detail });
  }
  const hasMore = [...counts.values()].some((count) => count > MOST_OF_KIND);
  const { mode, onFailure } = ctx.gate;
  const gate = { mode, onFailure, policy: ctx.policy.hash };
  return { stuck, hasMore, paused: await ctx.ledger.budgets.paused(now), gate };
}
