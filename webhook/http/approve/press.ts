import { z } from 'zod';
import {
  type Answered,
  type ApprovalState,
  type AtPage,
  declineTransaction,
  type PayerContext,
} from '../../transactions/index.ts';
import type { FactorPart, FactorParts } from './factors/part.ts';
import { partsOf } from './page.ts';
import { NOT_BEGUN, type Notice } from './wording.ts';

/** What a press has led to. `final`: approved, or declined by this press: the payer goes back to the application. */
export type Pressed =
  | { readonly kind: 'final' }
  | { readonly kind: 'page'; readonly notice?: Notice | undefined }
  /** The payer goes on at the vendor. */
  | { readonly kind: 'vendor'; readonly url: string };

/** The input of a press. */
export interface Pressing {
  readonly ctx: PayerContext;
  readonly parts: FactorParts;
  readonly at: AtPage;
  /** Reads how the transaction stands, with the gate's decision about the payer. */
  readonly readState: () => Promise<ApprovalState>;
  /** Rejects with a 429 error where the payer begins too often. */
  readonly limit: () => Promise<void>;
  /** How long a press waits for the link of a vendor, in milliseconds. */
  readonly waitMs: number;
}

/** The members of a form. Those that no factor reads are ignored: amount, payee, number and client are never taken from one. */
const form = z.record(z.string(), z.string());

type Fields = z.infer<typeof form>;

function page(notice?: Notice): Pressed {
  return { kind: 'page', notice };
}

async function begin({ ctx, at, waitMs }: Pressing, part: FactorPart, fields: Fields): Promise<Pressed> {
  const begun = await part.begin(ctx, at, fields.choice);
  if (begun.kind === 'not-begun') return page(NOT_BEGUN[begun.why]);
  const url = await part.lead(ctx, at, waitMs);
  return url === undefined ? page() : { kind: 'vendor', url };
}

/** Of two right answers at the same moment one approves, and the other finds the transaction approved. */
async function afterLate({ ctx, at }: Pressing): Promise<Pressed> {
  const found = await ctx.ledger.transactions.find(at.transaction.id);
  return found?.state === 'approved' ? { kind: 'final' } : page();
}

/** Nobody judged it, and it is not counted: the attempt goes on, or a new one is needed. */
async function afterUnjudged({ ctx, at }: Pressing): Promise<Pressed> {
  const open = await ctx.ledger.transactions.openAttempt(at.session.identityId);
  return page(open === undefined ? 'new-code' : 'again');
}

async function answer(pressing: Pressing, part: FactorPart, fields: Fields): Promise<Pressed> {
  // An answer that itself begins the attempt has the limit of every beginning.
  if (part.acts.begin === undefined) await pressing.limit();
  const answered = await part.answer(pressing.ctx, pressing.at, fields);
  return answered.kind === 'unreadable' ? page(part.unread) : afterAnswer(pressing, answered);
}

async function afterAnswer(pressing: Pressing, answered: Answered): Promise<Pressed> {
  switch (answered.kind) {
    case 'approved':
      return { kind: 'final' };
    case 'late':
      return afterLate(pressing);
    case 'counted':
      return page('failed');
    case 'given-back':
      return afterUnjudged(pressing);
    case 'no-attempt':
      return page('new-code');
    case 'refused':
      return page(answered.why === 'used-up' ? 'new-code' : undefined);
    case 'blocked':
    case 'not-offered':
      return page();
    default:
      return answered satisfies never;
  }
}

/** Does what a form asks for, by its `act`. One that is no act of a factor of this client does nothing. */
export async function press(pressing: Pressing, body: unknown): Promise<Pressed> {
  const { ctx, at, readState, limit } = pressing;
  const fields = form.safeParse(body).data ?? {};
  const { act } = fields;
  if (act === 'decline') return (await declineTransaction(ctx, at)) ? { kind: 'final' } : page();
  const parts = partsOf(ctx, pressing.parts, at.transaction.clientId);
  const beginning = parts.find(({ acts }) => acts.begin !== undefined && acts.begin === act);
  const answering = parts.find(({ acts }) => acts.answer !== undefined && acts.answer === act);
  if ((beginning ?? answering) === undefined || (await readState()).kind !== 'open') return page();
  if (answering !== undefined) return answer(pressing, answering, fields);
  await limit();
  return beginning === undefined ? page() : begin(pressing, beginning, fields);
}
