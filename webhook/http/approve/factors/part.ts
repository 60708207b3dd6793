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
  type NotOffered,
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

/** What a factor is on the page: what it shows, and what it reads of a form. */
export interface FactorView<Options, Answer> {
  /** What begins it or, where it is one press, answers it. `open`: the open attempt of it, if there is one. */
  readonly offer: (options: Options, at: AtPage, drawing: Drawing, open: ApprovalAttempt | undefined) => Markup;
  /** Shown above the offers while an attempt of it is open. */
  readonly open?: (attempt: ApprovalAttempt, at: AtPage, drawing: Drawing) => Markup;
  /** Returns the tag in the message of an open attempt, which the page shows too. */
  readonly tagOf?: (attempt: ApprovalAttempt) => string | undefined;
  /** Whether a page with an open attempt has nothing to do but wait: it then loads itself again. */
  readonly waits?: boolean;
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
export interface FactorPart extends Pick<FactorView<never, never>, 'acts' | 'script' | 'waits' | 'unread'> {
  readonly name: FactorName;
  /** Returns the offer of the factor, or why there is none. Rejects with `UpstreamError` if Kratos cannot be asked. */
  readonly show: (ctx: PayerContext, at: AtPage, showing: Showing) => Promise<ShownOffer>;
  readonly showOpen: (attempt: ApprovalAttempt, at: AtPage, drawing: Drawing) => Markup | undefined;
  readonly tagOf: (attempt: ApprovalAttempt) => string | undefined;
  /** @param choice what a form chose of the options */
  readonly begin: (ctx: PayerContext, at: AtPage, choice: string | undefined) => Promise<Begun>;
  readonly answer: (
    ctx: PayerContext,
    at: AtPage,
    fields: Readonly<Record<string, string>>,
  ) => Promise<Answered | { readonly kind: 'unreadable' }>;
}

/** The offer of a factor as markup, or why there is none. */
export type ShownOffer =
  | { readonly kind: 'usable'; readonly markup: Markup }
  | ({ readonly kind: 'not-usable' } & NotOffered);

/** The factors of this service by their names; one that is missing is offered to nobody. */
export type FactorParts = Readonly<Partial<Record<FactorName, FactorPart>>>;

/** Returns a factor with its part of the page. */
export function createFactorPart<Options, Answer>(
  factor: Factor<Options, Answer>,
  view: FactorView<Options, Answer>,
): FactorPart {
  const { acts, script, waits = false, unread = 'again' } = view;
  return {
    name: factor.name,
    acts,
    waits,
    unread,
    ...(script === undefined ? {} : { script }),
    show: async (ctx, at, { knowledge, drawing, attempt }) => {
      const offer = await offerFactor(ctx, factor, at, knowledge);
      if (offer.kind !== 'usable') return offer;
      const open = attempt?.factor === factor.name ? attempt : undefined;
      return { kind: 'usable', markup: view.offer(offer.options, at, drawing, open) };
    },
    showOpen: (attempt, at, drawing) => view.open?.(attempt, at, drawing),
    tagOf: (attempt) => view.tagOf?.(attempt),
    begin: (ctx, at, choice) => beginAttempt(ctx, factor, at, choice),
    answer: async (ctx, at, fields) => {
      const answer = view.read?.(fields);
      return answer === undefined ? { kind: 'unreadable' } : answerAttempt(ctx, factor, at, answer);
    },
  };
}
