import { type Text, toText } from '../../../texts/messages.ts';
import type { ApprovalAttempt, Factors } from '../../../transactions/index.ts';
import { html, type Markup } from '../../pages/render.ts';
import { createFactorPart, type Drawing, type FactorPart } from './part.ts';

/** Jumio's link of an open attempt, while the payer may still need it. */
function linkOf({ state, link, linkEndsAt }: ApprovalAttempt, { now, isBack }: Drawing): string | undefined {
  const isUsable = state === 'started' && !isBack && (linkEndsAt ?? 0) > now;
  return isUsable ? (link ?? undefined) : undefined;
}

/** The way on to Jumio, or what the page waits for, and a link for those whose browser does not load it again by itself. */
function openMarkup(attempt: ApprovalAttempt, drawing: Drawing): Markup {
  const { translate, path } = drawing;
  const link = linkOf(attempt, drawing);
  const says = (text: Text, href: string, button: Text): Markup =>
    html`<p>${translate(text)}</p>
<div class="choices"><a id="action" class="button" href="${href}">${translate(button)}</a></div>\n`;
  if (link !== undefined) return says(toText('approve.face_ready'), link, toText('button.to_face'));
  const text = attempt.state === 'requested' ? toText('approve.face_preparing') : toText('approve.face_checking');
  return says(text, path, toText('button.look_again'));
}

/** What is said of a comparison that has ended without an approval. It never says which element was wrong. */
function endedText({ state }: ApprovalAttempt): Text | undefined {
  switch (state) {
    case 'failed':
      return toText('approve.notice_failed');
    case 'unavailable':
      return toText('approve.notice_unavailable');
    case 'expired':
      return toText('approve.face_expired');
    case 'requested':
    case 'started':
    case 'passed':
    case 'abandoned':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** Returns the part of the page of faces: one button, then a page that leads to Jumio and waits for what it decides. */
export function facePart(factor: NonNullable<Factors['face']>): FactorPart {
  return createFactorPart<undefined, never>(factor, {
    acts: { begin: 'face' },
    offer: (_options, _at, { form, translate }) =>
      form('face', toText('button.approve_face'), {
        inputs: html`<p>${translate(toText('approve.face_agree'))}</p>`,
      }),
    open: (attempt, _at, drawing) => openMarkup(attempt, drawing),
    waitsFor: (attempt, drawing) => (linkOf(attempt, drawing) === undefined ? 'vendor' : 'payer'),
    ended: endedText,
  });
}
