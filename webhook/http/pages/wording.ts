import type { ActionableReason, Status } from '../../model.ts';
import { type Text, toText } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { type Action, link, type Mood, type Page, type PageFields, plainText } from './page.ts';

/** The sentence of each status. */
export const SENTENCES: Readonly<Record<Status, Text>> = {
  none: toText('status.none'),
  pending: toText('status.pending'),
  processing: toText('status.processing'),
  approved: toText('status.approved'),
  review: toText('status.review'),
  rejected: toText('status.rejected'),
  expired: toText('status.expired'),
};

/** Erased before a decision: no other view is `expired` and refused as rejected. */
function isErasedUndecided({ status, refusal }: View): boolean {
  return status === 'expired' && refusal?.why === 'rejected';
}

/**
 * Returns the sentence of a view. Four views need another one than that of their status: an approval that is too old; an
 * erased identity, whose attempt did not run out; an attempt whose person may have left Jumio early; and a further
 * attempt that the operator granted beside an approval or a review.
 */
export function sentenceOf(view: View): Text {
  const { status, isApprovalExpired, refusal } = view;
  if (isApprovalExpired) return toText('status.too_old');
  if (isErasedUndecided(view)) return SENTENCES.none;
  if (status === 'processing' && refusal === null) return toText('status.unfinished');
  const isGranted = (status === 'approved' || status === 'review') && refusal === null;
  return isGranted ? toText('status.once_more') : SENTENCES[status];
}

const TITLES: Readonly<Record<Status, Text>> = {
  none: toText('title.none'),
  pending: toText('title.pending'),
  processing: toText('title.processing'),
  approved: toText('title.approved'),
  review: toText('title.review'),
  rejected: toText('title.rejected'),
  expired: toText('title.expired'),
};

const MOODS: Readonly<Partial<Record<Status, Mood>>> = {
  processing: 'waiting',
  approved: 'done',
  rejected: 'problem',
  expired: 'problem',
};

/** Returns the heading of a view, which is the answer, with its icon. A sentence that is not that of the status has no heading of its own. */
export function headingOf(view: View): Pick<Page, 'title' | 'mood'> {
  const { status, reason } = view;
  if (sentenceOf(view) !== SENTENCES[status]) return {};
  const title = status === 'rejected' && reason !== null ? PROBLEMS[reason] : TITLES[status];
  const mood = MOODS[status];
  return { title, ...(mood && { mood }) };
}

/** The label of the button that continues to Jumio, for each status. */
export const BUTTONS: Readonly<Record<Status, Text>> = {
  none: toText('button.start'),
  pending: toText('button.continue'),
  processing: toText('button.go_on'),
  approved: toText('button.continue'),
  review: toText('button.continue'),
  rejected: toText('button.try_again'),
  expired: toText('button.start_again'),
};

/**
 * What was wrong, for each reason that a person can act on: no sentence, because a heading and a refused sign-in use it. Other
 * reasons have no text: they would coach fraud, or are confidential.
 */
export const PROBLEMS: Readonly<Record<ActionableReason, Text>> = {
  unreadable: toText('problem.unreadable'),
  face_unreadable: toText('problem.face_unreadable'),
  document_unusable: toText('problem.document_unusable'),
  expired_document: toText('problem.expired_document'),
  unsupported_document: toText('problem.unsupported_document'),
  not_finished: toText('problem.not_finished'),
};

/** What the person can do better next time, for each such reason. */
const ADVICE: Readonly<Record<ActionableReason, Text>> = {
  unreadable: toText('reason.unreadable'),
  face_unreadable: toText('reason.face_unreadable'),
  document_unusable: toText('reason.document_unusable'),
  expired_document: toText('reason.expired_document'),
  unsupported_document: toText('reason.unsupported_document'),
  not_finished: toText('reason.not_finished'),
};

/**
 * Returns why the verification is not done; undefined: nothing to name. Only reasons that a person can act on are named:
 * others would coach fraud, or are confidential. For the same reason an insufficient eID is named without what it lacks.
 */
export function reasonOf({ status, reason, isEidInsufficient }: View): Text | undefined {
  const isUndecided = status === 'none' || status === 'pending';
  if (status !== 'rejected') return isEidInsufficient && isUndecided ? toText('reason.eid') : undefined;
  return reason === null ? toText('reason.other') : ADVICE[reason];
}

/** Returns the actions of a person whom only the operator can help. Without an address nobody is told to ask: they would not know where. */
export function askingActions(page: PageFields): Pick<Page, 'action' | 'others'> {
  const { support } = page;
  const action = support === undefined ? plainText(toText('next.close')) : link(support, toText('button.support'));
  return { action, others: backAction(page) };
}

/** Returns the link back to the application, if there is a URL to go back to. */
export function backAction({ returnTo }: PageFields): Action[] {
  return returnTo === undefined ? [] : [link(returnTo, toText('button.go_back'))];
}
