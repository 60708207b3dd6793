import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { html, type Markup } from '../../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest, PATHS } from '../console.ts';

const WHAT = ['approve', 'reject', 'proposed', 'turned_down'] as const;

/** What a press has done. */
export type Done = (typeof WHAT)[number];

const query = z.object({ done: z.enum(WHAT), who: z.uuid() });

const SENTENCES: Readonly<Record<Done, string>> = {
  approve: 'is approved. The service publishes it now.',
  reject: 'is rejected. The service publishes it now.',
  proposed: 'waits for a second person: your proposal is recorded.',
  turned_down: 'is undecided again: the proposal is gone.',
};

/** The events that show that a press has done it. */
const EVENTS: Readonly<Record<Done, readonly string[]>> = {
  approve: ['overridden'],
  reject: ['overridden'],
  proposed: ['proposed'],
  turned_down: ['turned_down', 'withdrawn'],
};

/** A press leads to its page at once. */
const JUST_NOW_MS = 5 * 60_000;

/** An address can be made by anybody; what the operator did just now is in the ledger. */
async function isTrue({ ledger, clock }: ConsoleOptions['ctx'], { done, who }: z.infer<typeof query>, by: string) {
  const events = await ledger.events(who, MOST);
  return events.some(
    ({ at, kind, detail }) =>
      EVENTS[done].includes(kind) &&
      Object(detail).by === by &&
      clock.now() - at < JUST_NOW_MS &&
      isVerdict(done, detail),
  );
}

function isVerdict(done: Done, detail: unknown): boolean {
  if (done !== 'approve' && done !== 'reject') return true;
  return Object(detail).verdict === (done === 'approve' ? 'PASSED' : 'FAILED');
}

/** After a press come its publication and its events, and few others. */
const MOST = 20;

/** Returns what the press that led to a page has done; undefined: the address does not say it, or it is not so. */
export async function doneNotice(
  ctx: ConsoleOptions['ctx'],
  request: FastifyRequest,
  { operator }: OperatorRequest,
): Promise<Markup | undefined> {
  const parsed = query.safeParse(request.query);
  if (!parsed.success || !(await isTrue(ctx, parsed.data, operator.id))) return undefined;
  const { done, who } = parsed.data;
  return html`<p class="notice" role="status"><a href="${casePath(who)}" class="id">${who}</a> ${SENTENCES[done]}</p>\n`;
}

/** Returns the page after a press: the next case, or the queue if none is left. The heading gets the focus. */
export function pathAfter(next: string | undefined, done: Done, who: string): string {
  const page = next === undefined ? PATHS.queue : casePath(next);
  return `${page}?${new URLSearchParams({ done, who }).toString()}#title`;
}
