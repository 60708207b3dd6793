import { UpstreamError } from '../../errors.ts';
import type { AttemptSeed, FactorStart, Offering, Payer } from '../factor.ts';
import type { ApprovalAttempt } from '../model.ts';
import type { AtPage, PayerContext } from './context.ts';
import { offerFactor } from './offer.ts';
import { isOwn } from './state.ts';

/** Why an attempt did not begin, or no code was sent. None of them is counted as a failure. */
export type NotBegun =
  /** The factor, or what was chosen of it, is not offered to this payer now. */
  | 'not-offered'
  /** The attempt or the transaction has ended, or the payer is blocked: the page says which. */
  | 'ended'
  /** A code was sent a moment ago. */
  | 'too-soon'
  /** All codes of this attempt, or of the payer's day, were sent. */
  | 'used-up'
  | (FactorStart & { kind: 'refused' })['why'];

/** What came of a press that begins. */
export type Begun = { readonly kind: 'begun' } | { readonly kind: 'not-begun'; readonly why: NotBegun };

/** A start that took longer has no process any more. */
const LONGEST_START_MS = 30_000;

function notBegun(why: NotBegun): Begun {
  return { kind: 'not-begun', why };
}

/** Asks the vendor. One that does not answer may have sent a code: the next press sends another. */
async function askVendor<Options>(
  ctx: PayerContext,
  factor: Offering<Options>,
  attempt: ApprovalAttempt,
  { transaction }: AtPage,
  payer: Payer,
): Promise<FactorStart> {
  if (factor.start === undefined) return { kind: 'later' };
  try {
    return await factor.start(attempt, transaction, ctx.clock.now(), payer);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    ctx.log.warn({ upstream: error.facts }, 'a factor did not begin');
    return { kind: 'refused', why: 'again', ...(error.facts.failure !== 'unreachable' && { maySend: true }) };
  }
}

async function noteSent(ctx: PayerContext, { transactionId, factor, identityId }: ApprovalAttempt): Promise<void> {
  const detail = { transaction: transactionId, factor };
  await ctx.ledger.note(ctx.clock.now(), { kind: 'txn_sent', detail }, identityId);
}

/** Reserves the code that a start sends. */
async function reserve(ctx: PayerContext, attempt: ApprovalAttempt): Promise<Begun> {
  const reserved = await ctx.ledger.transactions.reserveSend(ctx.clock.now(), attempt);
  return reserved === 'reserved' ? { kind: 'begun' } : notBegun(reserved);
}

/** Gives the code back that a start was to send, where it is certain that none was sent. */
async function giveBack(ctx: PayerContext, attempt: ApprovalAttempt, { maySend }: { readonly maySend?: true }) {
  if (maySend === undefined) await ctx.ledger.transactions.unsent(ctx.clock.now(), attempt);
}

async function startNew<Options>(
  ctx: PayerContext,
  factor: Offering<Options>,
  at: AtPage,
  payer: Payer,
  { sends = false, ...columns }: Omit<AttemptSeed, 'sends'> & { readonly sends?: boolean },
): Promise<Begun> {
  const { transactions } = ctx.ledger;
  const { session, transaction } = at;
  const of = { transactionId: transaction.id, identityId: session.identityId, sessionId: session.id };
  const made = { id: ctx.newId(), ...of, factor: factor.name, ...columns };
  const attempt = await transactions.begin(ctx.clock.now(), made);
  if (typeof attempt === 'string') return notBegun('ended');
  const reserved = sends ? await reserve(ctx, attempt) : undefined;
  if (reserved?.kind === 'not-begun') {
    await transactions.abandon(ctx.clock.now(), attempt, 'abandoned');
    return reserved;
  }
  const start = await askVendor(ctx, factor, attempt, at, payer);
  switch (start.kind) {
    case 'later':
      return { kind: 'begun' };
    case 'refused':
      if (sends) await giveBack(ctx, attempt, start);
      await transactions.abandon(ctx.clock.now(), attempt, 'unavailable');
      return notBegun(start.why);
    case 'started': {
      const facts = start.sid === undefined ? {} : { sid: start.sid };
      if (!(await transactions.started(ctx.clock.now(), attempt, facts))) return notBegun('ended');
      if (sends) await noteSent(ctx, attempt);
      return { kind: 'begun' };
    }
    default:
      return start satisfies never;
  }
}

/** Sends the code of an open attempt again. A refusal leaves the code of before. */
async function sendAgain<Options>(
  ctx: PayerContext,
  factor: Offering<Options>,
  at: AtPage,
  payer: Payer,
  attempt: ApprovalAttempt,
): Promise<Begun> {
  const reserved = await reserve(ctx, attempt);
  if (reserved.kind === 'not-begun') return reserved;
  const start = await askVendor(ctx, factor, attempt, at, payer);
  if (start.kind === 'refused') {
    await giveBack(ctx, attempt, start);
    return notBegun(start.why);
  }
  if (start.kind === 'started' && start.sid !== undefined) await ctx.ledger.transactions.sentAgain(attempt, start.sid);
  await noteSent(ctx, attempt);
  return { kind: 'begun' };
}

/**
 * Begins an attempt with a factor, in place of the payer's open one. The same press again, for the same number, sends the
 * code of the open attempt again, so that a double click never makes two.
 * @param choice what the payer chose of the options, e.g. the id of a phone; undefined: the form names none
 */
export async function beginAttempt<Options>(
  ctx: PayerContext,
  factor: Offering<Options>,
  at: AtPage,
  choice: string | undefined,
): Promise<Begun> {
  const offer = await offerFactor(ctx, factor, at);
  if (offer.kind !== 'usable') return notBegun('not-offered');
  const payer: Payer = { session: at.session, locale: at.locale, passwordAt: offer.passwordAt };
  const seed = factor.seed?.(offer.options, at.transaction, choice, payer);
  if (seed === undefined) return notBegun('not-offered');
  const open = await ctx.ledger.transactions.openAttempt(at.session.identityId);
  if (open?.factor !== factor.name || !isOwn(open, at.transaction, at.session))
    return startNew(ctx, factor, at, payer, seed);
  if (open.addressId !== (seed.addressId ?? null)) return startNew(ctx, factor, at, payer, seed);
  if (seed.sends === undefined) return { kind: 'begun' };
  if (open.state === 'started') return sendAgain(ctx, factor, at, payer, open);
  // A process that died while it asked the vendor leaves an attempt that nobody starts.
  const isLost = ctx.clock.now() - open.startedAt > LONGEST_START_MS;
  return isLost ? startNew(ctx, factor, at, payer, seed) : { kind: 'begun' };
}
