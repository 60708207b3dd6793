import type { Text } from '../../../texts/messages.ts';
import {
  type Answered,
  type ApprovalAttempt,
  type AtPage,
  answerAttempt,
  type Begun,
  beginAttempt,
  type Factor,
  type FactorName,
  leadOn,
  type NotOffered,
  type Offering,
  offerFactor,
  type PayerContext,
  type ReadKnowledge,
} from '../../../transactions/index.ts';
import type { Asset } from '../../pages/assets.ts';
import type { Markup, Translate } from '../../pages/render.ts';
import type { Notice } from '../wording.ts';

/** With what a factor draws its part of the page. */
export interface Drawing {
  readonly translate: Translate;
  readonly language: string;
  readonly now: number;
  /** The address of the page as it is shown. */
  readonly path: string;
  /** The payer came back from the vendor, and has done what was to do there. Anybody can write that: it only selects a text. */
  readonly isBack: boolean;
  /**
   * Returns a form that posts to the page, with the token in it, and one button.
   * @param act what the route does: one of the factor's `acts`
   */
  readonly form: (act: string, button: Text, more?: FormParts) => Markup;
}

/** What a form has beside its button. */
export interface FormParts {
  /** Hidden inputs. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Labels and inputs, before the button. */
  readonly inputs?: Markup;
  /** Below the button. */
  readonly below?: Markup;
  /** Of the form itself, by their names. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Whom a page waits for: the vendor, or the payer at another page. */
export type WaitsFor = 'vendor' | 'payer';

/** What a factor is on the page: what it shows, and what it reads of a form. */
export interface FactorView<Options, Answer> {
  /** What begins it or, where it is one press, answers it. `open`: the open attempt of it, if there is one. */
  readonly offer: (options: Options, at: AtPage, drawing: Drawing, open: ApprovalAttempt | undefined) => Markup;
  /** Shown above the offers while an attempt of it is open. */
  readonly open?: (attempt: ApprovalAttempt, at: AtPage, drawing: Drawing) => Markup;
  /** Returns the tag in the message of an open attempt, which the page shows too. */
  readonly tagOf?: (attempt: ApprovalAttempt) => string | undefined;
  /** Whom the page of an open attempt waits for: it then follows what happens, and does not offer the factor again. */
  readonly waitsFor?: (attempt: ApprovalAttempt, drawing: Drawing) => WaitsFor;
  /** What is said of an attempt that has ended, if it was the last one; undefined: nothing. */
  readonly ended?: (attempt: ApprovalAttempt) => Text | undefined;
  /** The acts of its forms. Those of all factors differ. */
  readonly acts: { readonly begin?: string; readonly answer?: string };
  /** Returns the answer in a form; undefined: it cannot be one, so nobody judges it, and it is not counted. */
  readonly read?: (fields: Readonly<Record<string, string>>) => Answer | undefined;
  /** What is said of a form that it cannot read; by default to press again. */
  readonly unread?: Notice;
  /** A script that its offer needs; without scripts the factor is then not there. */
  readonly script?: Asset;
}

/** With what an offer is shown. */
export interface Showing {
  readonly knowledge: ReadKnowledge;
  readonly drawing: Drawing;
  /** The open attempt of the payer for this transaction, with whichever factor. */
  readonly attempt: ApprovalAttempt | undefined;
}

/** A factor as the page knows it, whatever its options and answers are. */
export interface FactorPart
  extends Pick<FactorView<never, never>, 'acts' | 'script' | 'waitsFor' | 'ended' | 'unread'> {
  readonly name: FactorName;
  /** Returns the offer of the factor, or why there is none. Rejects with `UpstreamError` if Kratos cannot be asked. */
  readonly show: (ctx: PayerContext, at: AtPage, showing: Showing) => Promise<ShownOffer>;
  readonly showOpen: (attempt: ApprovalAttempt, at: AtPage, drawing: Drawing) => Markup | undefined;
  readonly tagOf: (attempt: ApprovalAttempt) => string | undefined;
  /** @param choice what a form chose of the options */
  readonly begin: (ctx: PayerContext, at: AtPage, choice: string | undefined) => Promise<Begun>;
  /** Returns where the payer goes on at the vendor; waits for it at most so many milliseconds. */
  readonly lead: (ctx: PayerContext, at: AtPage, waitMs: number) => Promise<string | undefined>;
  readonly answer: (
    ctx: PayerContext,
    at: AtPage,
    fields: Readonly<Record<string, string>>,
  ) => Promise<Answered | { readonly kind: 'unreadable' }>;
}

/** The offer of a factor as markup, or why there is none. */
export type ShownOffer =
  | { readonly kind: 'usable'; readonly markup: Markup }
  /** The page waits for its open attempt. */
  | { readonly kind: 'under-way' }
  | ({ readonly kind: 'not-usable' } & NotOffered);

/** The factors of this service by their names; one that is missing is offered to nobody. */
export type FactorParts = Readonly<Partial<Record<FactorName, FactorPart>>>;

/** Returns a factor with its part of the page. */
export function createFactorPart<Options, Answer>(
  factor: Offering<Options> & Partial<Pick<Factor<Options, Answer>, 'answer'>>,
  view: FactorView<Options, Answer>,
): FactorPart {
  const { acts, script, waitsFor, ended, unread = 'again' } = view;
  const { answer: judge } = factor;
  return {
    name: factor.name,
    acts,
    unread,
    ...(script === undefined ? {} : { script }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(ended === undefined ? {} : { ended }),
    show: async (ctx, at, { knowledge, drawing, attempt }) => {
      const open = attempt?.factor === factor.name ? attempt : undefined;
      if (open !== undefined && waitsFor !== undefined) return { kind: 'under-way' };
      const offer = await offerFactor(ctx, factor, at, knowledge);
      if (offer.kind !== 'usable') return offer;
      return { kind: 'usable', markup: view.offer(offer.options, at, drawing, open) };
    },
    showOpen: (attempt, at, drawing) => view.open?.(attempt, at, drawing),
    tagOf: (attempt) => view.tagOf?.(attempt),
    begin: (ctx, at, choice) => beginAttempt(ctx, factor, at, choice),
    lead: (ctx, at, waitMs) => leadOn(ctx, factor, at, waitMs),
    answer: async (ctx, at, fields) => {
      const answer = view.read?.(fields);
      if (judge === undefined || answer === undefined) return { kind: 'unreadable' };
      return answerAttempt(ctx, { ...factor, answer: judge }, at, answer);
    },
  };
}
