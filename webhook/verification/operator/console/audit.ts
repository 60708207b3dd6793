import type { OperatorEvent } from '../../../ledger/reports/cases.ts';
import type { Context } from '../../context.ts';

/** Events on a page of the audit. */
const PAGE = 50;

/** Rows of one read of the export. */
const BATCH = 500;

/** A page of what operators did, the newest first. */
export interface AuditPage {
  readonly events: readonly OperatorEvent[];
  /** The next page holds the events before this id; undefined: this is the last page. */
  readonly next: number | undefined;
}

/** Reads a page of what operators did. @param before only events older than the one with this id */
export async function readAudit(ctx: Context, before: number | undefined): Promise<AuditPage> {
  const found = await ctx.ledger.cases.operatorEvents(PAGE + 1, before);
  const events = found.slice(0, PAGE);
  return { events, next: found.length > PAGE ? events.at(-1)?.id : undefined };
}

/** Streams what operators did as JSON Lines, the newest first: memory stays bounded. */
export async function* auditLines(ctx: Context): AsyncGenerator<string> {
  for (let before: number | undefined; ; ) {
    const page = await ctx.ledger.cases.operatorEvents(BATCH, before);
    for (const { id, at, kind, identity, detail } of page)
      yield `${JSON.stringify({ id, at: new Date(at).toISOString(), kind, identity, detail })}\n`;
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return;
    before = last.id;
  }
}

/** Records that an operator took something out of the console. @throws LedgerUnavailable */
export function noteExport(ctx: Context, what: string, by: string): Promise<void> {
  return ctx.ledger.note(ctx.clock.now(), { kind: 'exported', detail: { by, what } });
}
