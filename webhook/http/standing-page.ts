import type { Status } from '../ledger/types.ts';
import type { View } from '../verification/hand-over.ts';
import type { Refusal } from '../verification/start-again.ts';
import { button, link, type Page, TITLE } from './html.ts';

/** What a page about a standing needs besides the view. */
export interface PageFields {
  /** Hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>;
  /** Where "Continue" leads; undefined: there is nowhere to go. */
  readonly returnTo: string | undefined;
}

const REFRESH_SECONDS = 5;

const SENTENCES: Readonly<Record<Status, string>> = {
  none: 'Your identity has not been verified yet.',
  pending: 'Your identity verification is waiting for you.',
  processing: 'Your identity verification is under way. The result is usually here within a few minutes.',
  approved: 'Your identity has been verified.',
  review: 'Your identity verification is being reviewed. You need not do anything.',
  rejected: 'Your identity could not be verified.',
  expired: 'Your last identity verification was not finished in time.',
};

const BUTTONS: Readonly<Record<Status, string>> = {
  none: 'Start',
  pending: 'Continue',
  processing: 'Continue',
  approved: 'Continue',
  review: 'Continue',
  rejected: 'Try again',
  expired: 'Start again',
};

function onwards(page: PageFields): string {
  return page.returnTo === undefined ? '<p id="action">You may close this page.</p>' : link(page.returnTo, 'Continue');
}

function refusedAction(why: Refusal, until: number | undefined, page: PageFields): string {
  switch (why) {
    case 'approved':
    case 'review':
      return onwards(page);
    case 'rejected':
      return '<p id="action">Please contact support if you think that this is a mistake.</p>';
    case 'processing':
      return link('/jumio/status', 'Look again');
    case 'too-many':
      return `<p id="action">You can start again on ${new Date(until ?? 0).toISOString().slice(0, 10)}.</p>`;
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
    title: TITLE,
    sentence: 'Your identity verification cannot be started at the moment. Nothing you did was wrong.',
    action: hasNoLink(view) ? button('Try again', page.fields) : '<p id="action">Please come back later.</p>',
  };
}

function waitingPage(): Page {
  return {
    title: TITLE,
    sentence: 'Your identity verification is being prepared. This page goes on by itself.',
    action: link('/jumio/verify', 'Look again'),
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
  return { title: TITLE, sentence, action, ...(waits ? { refreshSeconds: REFRESH_SECONDS } : {}) };
}
