import type { Status } from '../../model.ts';
import { say, type Text } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { type Action, link, type PageFields, words } from './page.ts';

/** How things stand. */
export const SENTENCES: Readonly<Record<Status, Text>> = {
  none: say('status.none'),
  pending: say('status.pending'),
  processing: say('status.processing'),
  approved: say('status.approved'),
  review: say('status.review'),
  rejected: say('status.rejected'),
  expired: say('status.expired'),
};

/** Erased before anybody decided: no other standing is refused as if it were a rejection. */
function isErasedUndecided({ status, refusal }: View): boolean {
  return status === 'expired' && refusal?.why === 'rejected';
}

/**
 * Where things stand. Who was erased while something was under way did not let it run out. Who was verified too long ago
 * has finished, and is not told otherwise; whom the operator asks once more is not told that there is nothing to do, nor
 * whoever may have left Jumio early that they need only wait.
 */
export function sentenceOf(view: View): Text {
  const { status, isApprovalExpired, refusal } = view;
  if (isApprovalExpired) return say('status.too_old');
  if (isErasedUndecided(view)) return SENTENCES.none;
  if (status === 'processing' && refusal === null) return say('status.unfinished');
  const isGranted = (status === 'approved' || status === 'review') && refusal === null;
  return isGranted ? say('status.once_more') : SENTENCES[status];
}

/** What leads on to Jumio. */
export const BUTTONS: Readonly<Record<Status, Text>> = {
  none: say('button.start'),
  pending: say('button.continue'),
  processing: say('button.go_on'),
  approved: say('button.continue'),
  review: say('button.continue'),
  rejected: say('button.try_again'),
  expired: say('button.start_again'),
};

const REASONS: Readonly<Record<NonNullable<View['reason']>, Text>> = {
  unreadable: say('reason.unreadable'),
  expired_document: say('reason.expired_document'),
  unsupported_document: say('reason.unsupported_document'),
  not_finished: say('reason.not_finished'),
};

/**
 * Why it is not done with. Only reasons that a person can act on are named: the others would coach fraud, or may not be
 * told. So of an eID it is not said what about it was not enough.
 */
export function reasonOf({ status, reason, isEidInsufficient }: View): Text | undefined {
  const isUndecided = status === 'none' || status === 'pending';
  if (status !== 'rejected') return isEidInsufficient && isUndecided ? say('reason.eid') : undefined;
  return reason === null ? say('reason.other') : REASONS[reason];
}

/** @param otherwise what is said where the operator gave no address */
export function supportAction(support: string | undefined, otherwise = say('next.support')): Action {
  return support === undefined ? words(otherwise) : link(support, say('button.support'));
}

/** Back to the application: there is nothing more to do here. */
export function wayBack({ returnTo }: PageFields): Action[] {
  return returnTo === undefined ? [] : [link(returnTo, say('button.go_back'))];
}
