import { type Text, toText } from '../../texts/messages.ts';
import {
  type ApprovalState,
  type AtPage,
  type FactorName,
  knowledgeOf,
  type NotOffered,
  type PayerContext,
  paymentOf,
} from '../../transactions/index.ts';
import { html, type Markup, type Translate } from '../pages/render.ts';
import type { ApprovalDocument } from './document.ts';
import type { Drawing, FactorPart, FactorParts, Showing } from './factors/part.ts';
import { createDrawing } from './form.ts';
import { paymentFacts } from './payment-facts.ts';
import { answerOf, NOTICE_TEXTS, type Notice, whyNot } from './wording.ts';

/** A page that waits looks again after so many seconds. */
const RELOAD_S = 5;

/** Time to read one sentence. */
const READING_S = 3;

const MINUTE_MS = 60_000;

/** The input of the page of a transaction. */
export interface ApprovalPageOptions {
  readonly ctx: PayerContext;
  readonly parts: FactorParts;
  readonly at: AtPage;
  readonly state: ApprovalState;
  readonly csrfToken: string;
  readonly notice: Notice | undefined;
  /** What the vendor's redirect says of a try that was not finished. */
  readonly hint: Text | undefined;
  /** When the payer came back from the vendor, and had finished there, by the address. */
  readonly back: number | undefined;
  readonly translate: Translate;
  /** Where the payer goes back to, with the id of the transaction; undefined: the client has no such address any more. */
  readonly backTo: string | undefined;
  /** Where the payer enters the password again. */
  readonly passwordUrl: string;
}

/** The factors of the client, in its order, as far as this service has them. */
export function partsOf({ settings }: PayerContext, parts: FactorParts, clientId: string): FactorPart[] {
  const names = settings.clients[clientId]?.factors ?? [];
  return names.flatMap((name) => parts[name] ?? []);
}

interface Offers {
  readonly usable: readonly Markup[];
  readonly not: readonly ({ readonly factor: FactorName } & NotOffered)[];
}

async function offersOf(
  { ctx, at }: ApprovalPageOptions,
  parts: readonly FactorPart[],
  showing: Omit<Showing, 'knowledge'>,
): Promise<Offers> {
  const knowledge = knowledgeOf(ctx, at);
  const shown = await Promise.all(
    parts.map(async (part) => ({ factor: part.name, ...(await part.show(ctx, at, { ...showing, knowledge })) })),
  );
  return {
    usable: shown.flatMap((one) => (one.kind === 'usable' ? [one.markup] : [])),
    not: shown.flatMap((one) => (one.kind === 'not-usable' ? [one] : [])),
  };
}

/** Why factors are not offered, each reason once; the way to enter the password again, where that is one. */
function whyMarkup({ not }: Offers, { passwordUrl, translate }: ApprovalPageOptions): Markup | undefined {
  if (not.length === 0) return undefined;
  const texts = new Set(not.map((one) => translate(whyNot(one.factor, one))));
  const again = not.some(({ why }) => why === 'sign-in-first')
    ? html`<p><a class="button" href="${passwordUrl}">${translate(toText('button.password_again'))}</a></p>\n`
    : undefined;
  return html`${[...texts].map((text) => html`<p>${text}</p>\n`)}${again}`;
}

/** What has happened: by the press that led here, at the vendor, or of the last attempt since. */
function notices(options: ApprovalPageOptions, state: OpenState, parts: readonly FactorPart[]): Markup {
  const { notice, hint, ctx, translate } = options;
  const { attempt, ended, isLastTry } = state;
  const minutes = Math.ceil(ctx.settings.block / MINUTE_MS);
  const texts = [
    notice && NOTICE_TEXTS[notice],
    attempt && hint,
    ended && parts.find(({ name }) => name === ended.factor)?.ended?.(ended),
    isLastTry ? toText('approve.last_try', { minutes }) : undefined,
  ].filter((text) => text !== undefined);
  return html`${texts.map((text) => html`<p class="notice" role="alert">${translate(text)}</p>\n`)}`;
}

/** The tag by which the payer compares the message with this page. */
function tagOf({ state, parts }: ApprovalPageOptions): string | undefined {
  const attempt = state.kind === 'open' ? state.attempt : undefined;
  return attempt && parts[attempt.factor]?.tagOf(attempt);
}

function facts(options: ApprovalPageOptions): Markup | undefined {
  const { at, state, ctx, translate } = options;
  const { details, expiresAt } = at.transaction;
  if (details === null) return undefined;
  const leftMs = state.kind === 'over' ? null : expiresAt - ctx.clock.now();
  const shown = { payment: paymentOf(details), tag: tagOf(options), leftMs };
  return paymentFacts(shown, at.locale, translate);
}

type OpenState = ApprovalState & { kind: 'open' };

/** How a page that waits for an open attempt follows it; of any other page nothing. */
function followingOf(
  part: FactorPart | undefined,
  { attempt }: OpenState,
  drawing: Drawing,
): Partial<ApprovalDocument> {
  const waitsFor = attempt && part?.waitsFor?.(attempt, drawing);
  if (attempt === undefined || waitsFor === undefined) return {};
  const following = { seconds: RELOAD_S, seen: `${attempt.state} ${waitsFor}` };
  return { following, mood: waitsFor === 'vendor' ? 'waiting' : 'open' };
}

/** The page of an open transaction: the payment first, then what approves it, and as large what declines it. */
async function openPage(options: ApprovalPageOptions, state: OpenState): Promise<ApprovalDocument> {
  const { ctx, at, translate } = options;
  const drawing = createDrawing({ ...options, now: ctx.clock.now() });
  const parts = partsOf(ctx, options.parts, at.transaction.clientId);
  const { attempt } = state;
  const offers = await offersOf(options, parts, { drawing, attempt });
  const part = parts.find(({ name }) => name === attempt?.factor);
  const open = attempt && part?.showOpen(attempt, at, drawing);
  const isUnusable = offers.usable.length === 0 && open === undefined;
  const needsPassword = offers.not.some(({ why }) => why === 'sign-in-first');
  const none =
    isUnusable && !needsPassword ? html`<p class="notice">${translate(toText('approve.no_way'))}</p>\n` : undefined;
  const hasOthers = open !== undefined && offers.usable.length > 0;
  const others = hasOthers ? html`<h2>${translate(toText('approve.other_ways'))}</h2>\n` : undefined;
  const why = whyMarkup(offers, options);
  const body = html`${notices(options, state, parts)}${facts(options)}<p class="notice">${translate(toText('approve.warning'))}</p>
${none}${isUnusable ? why : undefined}${open}${others}<div class="choices">${offers.usable}${drawing.form('decline', toText('button.decline_payment'))}</div>
${isUnusable ? undefined : why}`;
  const scripts = parts.flatMap(({ script }) => script ?? []);
  return {
    title: toText('approve.title'),
    sentence: toText('approve.sentence', { client: ctx.settings.clients[at.transaction.clientId]?.name ?? '' }),
    body: () => body,
    scripts,
    ...followingOf(part, state, drawing),
  };
}

/** The page of a transaction on which nothing can be approved; one that is still open can be declined. */
function closedPage(options: ApprovalPageOptions, state: Exclude<ApprovalState, { kind: 'open' }>): ApprovalDocument {
  const decline =
    state.kind === 'over'
      ? undefined
      : html`<div class="choices">${createDrawing({ ...options, now: options.ctx.clock.now() }).form('decline', toText('button.decline_payment'))}</div>\n`;
  const body = html`${facts(options)}${decline}`;
  return { ...answerOf(state), body: () => body };
}

/** A page that leads on by itself once its payer has read it, and says so. */
function leadingOn(page: ApprovalDocument, to: string): ApprovalDocument {
  const body: ApprovalDocument['body'] = (translate, language) =>
    html`${page.body?.(translate, language)}<p>${translate(toText('next.onwards'))}</p>\n`;
  return { ...page, body, onwards: { to, seconds: READING_S } };
}

/** Returns the page of a transaction. Rejects with `UpstreamError` if Kratos cannot be asked. */
export async function approvalPage(options: ApprovalPageOptions): Promise<ApprovalDocument> {
  const { state, backTo, ctx, at } = options;
  if (state.kind === 'open') return openPage(options, state);
  const closed = closedPage(options, state);
  if (backTo === undefined) return closed;
  const client = ctx.settings.clients[at.transaction.clientId]?.name ?? '';
  const page = { ...closed, link: { href: backTo, text: toText('button.back_to_client', { client }) } };
  // Approved while the payer was waiting here: it can be consumed for a few minutes only.
  const isToBeConsumed = state.kind === 'over' && state.state === 'approved';
  return isToBeConsumed ? leadingOn(page, backTo) : page;
}
