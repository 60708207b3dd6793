import type { ActionableReason, Status } from '../../model.ts';
import { type Text, toText } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { type Action, link, type Page, type PageFields, plainText } from './page.ts';

/** How it stands: the answer as a heading with its icon, and a sentence below. */
export type Answer = Pick<Page, 'title' | 'mood' | 'sentence'>;

/** The answer of each status. */
export const ANSWERS: Readonly<Record<Status, Answer>> = {
  none: { title: toText('title.none'), mood: 'open', sentence: toText('status.none') },
  pending: { title: toText('title.pending'), mood: 'open', sentence: toText('status.pending') },
  processing: { title: toText('title.processing'), mood: 'waiting', sentence: toText('status.processing') },
  approved: { title: toText('title.approved'), mood: 'done', sentence: toText('status.approved') },
  review: { title: toText('title.review'), mood: 'review', sentence: toText('status.review') },
  rejected: { title: toText('title.rejected'), mood: 'problem', sentence: toText('status.rejected') },
  expired: { title: toText('title.expired'), mood: 'problem', sentence: toText('status.expired') },
};

/** The answer of a person who may have left Jumio early. */
const UNFINISHED: Answer = { title: toText('title.unfinished'), mood: 'open', sentence: toText('status.unfinished') };

const APPROVAL_EXPIRED: Answer = {
  title: toText('title.approval_expired'),
  mood: 'open',
  sentence: toText('status.too_old'),
};

const ONCE_MORE: Answer = { title: toText('title.once_more'), mood: 'open', sentence: toText('status.once_more') };

/** The answer where this service, or a service that it needs, prevents the start. */
export const STUCK: Answer = { title: toText('stuck.title'), mood: 'problem', sentence: toText('stuck.sentence') };

/** What was wrong, and whether the person can put it right now. */
function rejection({ reason, refusal }: View): Answer {
  const title = reason === null ? ANSWERS.rejected.title : PROBLEMS[reason];
  const sentence = refusal === null ? toText('status.mendable') : ANSWERS.rejected.sentence;
  return { title, mood: 'problem', sentence };
}

/** Erased before a decision: no other view is `expired` and refused as rejected. */
function isErasedUndecided({ status, refusal }: View): boolean {
  return status === 'expired' && refusal?.why === 'rejected';
}

/**
 * Returns how it stands. Four views need another answer than that of their status: an approval that is too old; an erased
 * identity, whose attempt did not run out; an attempt whose person may have left Jumio early; and a further attempt that
 * the operator granted beside an approval or a review.
 */
export function answerOf(view: View): Answer {
  const { status, isApprovalExpired, refusal } = view;
  if (isApprovalExpired) return APPROVAL_EXPIRED;
  if (isErasedUndecided(view)) return { title: toText('page.title'), sentence: ANSWERS.none.sentence };
  if (status === 'rejected') return rejection(view);
  if (status === 'processing' && refusal === null) return UNFINISHED;
  const isGranted = (status === 'approved' || status === 'review') && refusal === null;
  return isGranted ? ONCE_MORE : ANSWERS[status];
}

/** What was wrong, for each reason that a person can act on, as a heading; a refused sign-in uses it too. */
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

/** The button that puts it right, for each such reason. */
const REMEDIES: Readonly<Record<ActionableReason, Text>> = {
  unreadable: toText('button.try_again'),
  face_unreadable: toText('button.try_again'),
  document_unusable: toText('button.try_again'),
  expired_document: toText('button.other_document'),
  unsupported_document: toText('button.other_document'),
  not_finished: toText('button.start_again'),
};

const BUTTONS: Readonly<Record<Status, Text>> = {
  none: toText('button.start'),
  pending: toText('button.continue'),
  processing: toText('button.go_on'),
  approved: toText('button.once_more'),
  review: toText('button.once_more'),
  rejected: toText('button.start_again'),
  expired: toText('button.start_again'),
};

/** Returns the label of the button that leads to Jumio: what the person does there. */
export function buttonOf({ status, reason, isApprovalExpired }: View): Text {
  if (isApprovalExpired) return toText('button.once_more');
  return status === 'rejected' && reason !== null ? REMEDIES[reason] : BUTTONS[status];
}

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
