import type { ApprovalAttempt, ApprovedFactors, FactorName, Transaction } from './model.ts';

/*
 * What a factor is. Every one is asked the same three things, whatever vendor stands behind it; which are offered, and in
 * which order, is the client's configuration, and never a parameter of the browser.
 */

/** The session of Kratos that a payer came with, as far as elements of an authentication are read from it. */
export interface PayerSession {
  readonly id: string;
  readonly identityId: string;
  /** When the account was made, Kratos' time; undefined: not known. */
  readonly accountSince?: number | undefined;
  /** Kratos' time, epoch milliseconds. */
  readonly authenticatedAt: number;
  /** What the session was authenticated with, by Kratos' words; enrolling a method adds an entry too. */
  readonly methods: readonly { readonly method: string; readonly completedAt: number }[];
  /** The payer's verified phone numbers. */
  readonly phones: readonly VerifiedPhone[];
}

/** A phone number that Kratos has verified. */
export interface VerifiedPhone {
  /** Kratos' id of the address: what a form names, never the number. */
  readonly id: string;
  readonly number: string;
  /** Kratos' time, epoch milliseconds. */
  readonly verifiedAt: number;
}

/** Why a factor cannot be used now, for the page. */
export type NotOffered =
  /** The payer has no phone, passkey or face of reference. */
  | { readonly why: 'missing' }
  /** The password was entered too long ago, or not at all. */
  | { readonly why: 'sign-in-first' }
  /** It counts from this time on, because it is new. Epoch milliseconds. */
  | { readonly why: 'too-young'; readonly from: number }
  /** The vendor refuses this payer, or cannot be asked. */
  | { readonly why: 'unavailable' };

/** The payer at the page, as far as a factor needs to know them. */
export interface Payer {
  readonly session: PayerSession;
  /** The language of the page, a tag. */
  readonly locale: string;
  /** When the password that the factor stands beside was entered, by Kratos' time; null: it stands beside none. */
  readonly passwordAt: number | null;
}

/** The columns of an attempt that a factor decides on when it begins. `sends`: its start sends a code, which is counted. */
export interface AttemptSeed
  extends Partial<Pick<ApprovalAttempt, 'addressId' | 'sentAmount' | 'sentPayee' | 'due' | 'evidence'>> {
  /** `requested`: a vendor is asked first. */
  readonly state: 'requested' | 'started';
  readonly sends?: true;
}

/**
 * What came of a start. `started`: `sid` is to be stored. `later`: the worker goes on. `refused`: nobody was asked, or the
 * vendor says no: `again` in a moment, `later` or by another factor, `unavailable` to this payer at all. `maySend`: the vendor
 * has not said so, and may have sent its code.
 */
export type FactorStart =
  | { readonly kind: 'started'; readonly sid?: string }
  | { readonly kind: 'later' }
  | { readonly kind: 'refused'; readonly why: 'again' | 'later' | 'unavailable'; readonly maySend?: true };

/** Whether a factor can be used. `options`: what the page needs to offer it, e.g. several phones. */
export type FactorOffer<Options> =
  | { readonly kind: 'usable'; readonly options: Options }
  | ({ readonly kind: 'not-usable' } & NotOffered);

/** The state of an answer that was judged. */
export type FactorResult =
  | {
      readonly kind: 'passed';
      readonly factors: ApprovedFactors;
      /** The time of the authentication that it rests on: of the password, or of the passkey itself. Epoch milliseconds. */
      readonly authTime: number;
      /** What proves it later, as JSON. */
      readonly evidence?: string;
    }
  | { readonly kind: 'failed'; readonly isLast: boolean }
  /** Nobody has judged it: it is not counted. */
  | { readonly kind: 'unanswered'; readonly ends?: 'unavailable' | 'expired' };

/**
 * How a factor is offered and begun. It is a whole factor where the page sends no answer: its vendor judges, and the worker
 * reads that, counts it and settles it in one step (`face/read.ts`).
 * @typeParam Options what the page shows
 */
export interface Offering<Options> {
  readonly name: FactorName;
  /**
   * Whether this payer can use it for this transaction. Asked only once the password that it stands beside counts. Rejects
   * with `UpstreamError` if that cannot be found out.
   */
  offer(session: PayerSession, transaction: Transaction, now: number): Promise<FactorOffer<Options>>;
  /**
   * Returns what a new attempt begins with; undefined: the payer chose what is not among the options. Without this method an
   * attempt begins with the answer, in one press.
   */
  seed?(options: Options, transaction: Transaction, choice: string | undefined, payer: Payer): AttemptSeed | undefined;
  /** Asks the vendor to begin an attempt that is stored already, or to send its code again. Rejects with `UpstreamError` if it cannot be asked. */
  start?(attempt: ApprovalAttempt, transaction: Transaction, now: number, payer: Payer): Promise<FactorStart>;
  /**
   * Returns where the payer goes on at the vendor; undefined: that is not known, or the link is over. Waits for it at most so
   * many milliseconds.
   */
  lead?(attempt: Pick<ApprovalAttempt, 'id'>, waitMs: number): Promise<string | undefined>;
}

/**
 * A factor whose answer the page sends. `answer` is called by `judgeAnswer` only, which reserves the judgement before and
 * settles it after: so answers in parallel are never judged more often than five times.
 * @typeParam Options what the page shows @typeParam Answer what the page sends
 */
export interface Factor<Options, Answer> extends Offering<Options> {
  /** Has an answer judged, whose failure is counted already. Never rejects for a vendor: that is `unanswered`. */
  answer(
    attempt: ApprovalAttempt,
    transaction: Transaction,
    answer: Answer,
    now: number,
    payer: Payer,
  ): Promise<FactorResult>;
}
