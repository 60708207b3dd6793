import type { Status } from '../ledger/types.ts';
import { say, type Text } from '../texts/messages.ts';
import type { Refusal } from '../verification/start-again.ts';
import type { View } from '../verification/view.ts';
import { type Action, button, link, type Page, words } from './page.ts';

/** What a page about a standing needs besides the view. */
export interface PageFields {
  /** Hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>;
  /** Where "Continue" leads; undefined: there is nowhere to go. */
  readonly returnTo: string | undefined;
}

const REFRESH_SECONDS = 5;

const SENTENCES: Readonly<Record<Status, Text>> = {
  none: say('status.none'),
  pending: say('status.pending'),
  processing: say('status.processing'),
  approved: say('status.approved'),
  review: say('status.review'),
  rejected: say('status.rejected'),
  expired: say('status.expired'),
};

const BUTTONS: Readonly<Record<Status, Text>> = {
  none: say('button.start'),
  pending: say('button.continue'),
  processing: say('button.continue'),
  approved: say('button.continue'),
  review: say('button.continue'),
  rejected: say('button.try_again'),
  expired: say('button.start_again'),
};

function onwards(page: PageFields): Action {
  return page.returnTo === undefined ? words(say('next.close')) : link(page.returnTo, say('button.continue'));
}

function refusedAction(why: Refusal, until: number | undefined, page: PageFields): Action {
  switch (why) {
    case 'approved':
    case 'review':
      return onwards(page);
    case 'rejected':
    case 'too-old':
      return words(say('next.support'));
    case 'processing':
      return link('/jumio/status', say('button.look_again'));
    case 'too-many':
    case 'not-yet':
      return words(say('next.date', { date: new Date(until ?? 0) }));
    default:
      return why satisfies never;
  }
}

function isBeingMade({ permission }: View): boolean {
  return permission.kind === 'continue' && permission.verification.link === null;
}

function isRenewing({ permission }: View): boolean {
  return permission.kind === 'renew' && permission.verification.renew === 1;
}

/** Jumio made an execution and gave no link to it. */
function hasNoLink({ permission }: View): boolean {
  return permission.kind === 'renew' && permission.verification.linkEndsAt === null;
}

/** Jumio gave no link, or refused to start: only the operator can mend that, and the person can only try again. */
function stuckPage(view: View, page: PageFields): Page {
  return {
    sentence: say('stuck.sentence'),
    action: hasNoLink(view) ? button(say('button.try_again'), page.fields) : words(say('next.later')),
  };
}

function waitingPage(): Page {
  return {
    sentence: say('preparing.sentence'),
    action: link('/jumio/verify', say('button.look_again')),
    refreshSeconds: REFRESH_SECONDS,
  };
}

/** One sentence and one action for every status (issue: each of the seven is asserted by a test). */
export function standingPage(view: View, page: PageFields): Page {
  const { permission, status } = view;
  if (isRenewing(view)) return waitingPage();
  if (view.waitingOn === 'operator' && (isBeingMade(view) || hasNoLink(view))) return stuckPage(view, page);
  if (isBeingMade(view)) return waitingPage();
  const refused = permission.kind === 'no';
  const action = refused ? refusedAction(permission.why, permission.until, page) : button(BUTTONS[status], page.fields);
  const waits = refused && permission.why === 'processing';
  const sentence = waits ? SENTENCES.processing : SENTENCES[status];
  return { sentence, action, ...(waits ? { refreshSeconds: REFRESH_SECONDS } : {}) };
}
