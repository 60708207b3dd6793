import { say, type Text } from '../texts/messages.ts';
import { lookComesIn } from '../verification/coming-back.ts';
import { lookAgainAfter, type Next, nextOf } from '../verification/next.ts';
import type { View } from '../verification/view.ts';
import { consentPage, declinedPage } from './consent-page.ts';
import { lookAgainSince } from './jumio-hint.ts';
import { type Action, type Block, button, link, type Page, words } from './page.ts';
import type { PageFields } from './page-fields.ts';
import { BUTTONS, REASONS, SENTENCES, sentenceOf } from './standing-words.ts';

/** Only reasons that a person can act on are named: the others would coach fraud, or may not be told. */
function reason({ status, reason: named }: View): Block[] {
  if (status !== 'rejected') return [];
  return [{ kind: 'paragraph', text: named === null ? say('reason.other') : REASONS[named] }];
}

function paragraphs(text: Text | undefined): Block[] {
  return text === undefined ? [] : [{ kind: 'paragraph', text }];
}

function hint({ hint: text }: PageFields): Block[] {
  return text === undefined ? [] : [{ kind: 'notice', text }];
}

/** Time to read the one sentence of a page that leads on by itself. */
const A_MOMENT_S = 3;

function donePage(view: View, { place, returnTo }: PageFields): Page {
  const sentence = sentenceOf(view);
  if (returnTo === undefined) return { sentence, action: words(say('next.close')) };
  const action = link(returnTo, say('button.continue'));
  const isOver = place === 'status' && view.status === 'approved';
  return isOver
    ? { sentence, blocks: paragraphs(say('next.onwards')), action, onwards: { to: returnTo, seconds: A_MOMENT_S } }
    : { sentence, action };
}

/** @param otherwise what is said where the operator gave no address */
export function supportAction(support: string | undefined, otherwise = say('next.support')): Action {
  return support === undefined ? words(otherwise) : link(support, say('button.support'));
}

/** What to do better next time helps nobody for whom there is no next time. */
function usedUpPage(view: View, { support }: PageFields): Page {
  const ask = say('used_up.support');
  const blocks = paragraphs(say('used_up.reason'));
  return support === undefined
    ? { sentence: sentenceOf(view), blocks, action: words(ask) }
    : { sentence: sentenceOf(view), blocks: [...blocks, ...paragraphs(ask)], action: supportAction(support) };
}

function contactPage(view: View, page: PageFields): Page {
  if (view.usedUp) return usedUpPage(view, page);
  const { support } = page;
  const blocks = reason(view);
  const why = view.tooOld ? say('next.ask_support') : say('next.support');
  const also = support === undefined ? [] : paragraphs(why);
  return { sentence: sentenceOf(view), blocks: [...blocks, ...also], action: supportAction(support, why) };
}

/** Jumio made an execution and gave no link to it: the person can only try again. */
function hasNoLink({ permission }: View): boolean {
  return permission.kind === 'renew' && permission.verification.linkEndsAt === null;
}

function goPage(view: View, page: PageFields): Page {
  if (hasNoLink(view)) return { sentence: say('stuck.sentence'), action: button(say('button.try_again'), page.fields) };
  const blocks = [...reason(view), ...hint(page)];
  return { sentence: sentenceOf(view), blocks, action: button(BUTTONS[view.status], page.fields) };
}

/** Reads before anything is agreed to or refused: at the status page that is a way to the text, not the text. */
function askingPage(view: View, page: PageFields): Page {
  if (page.place === 'verify') return consentPage(view, page);
  if (view.consent === 'declined') return declinedPage(page);
  const blocks = [...reason(view), ...hint(page)];
  return { sentence: sentenceOf(view), blocks, action: link('/jumio/verify', BUTTONS[view.status]) };
}

/** The first call did not get through: the person is not kept waiting for something that they think is quick. */
function isDelayed({ permission }: View): boolean {
  return (permission.kind === 'continue' || permission.kind === 'renew') && permission.verification.attempts > 0;
}

/** Something is checked, and there is no attempt at Jumio: the credential of an eID is still to be read. */
function isReadingEid({ attempt }: View): boolean {
  return attempt === undefined;
}

/** Only who pressed is led to Jumio without a press: whoever only looks in, or is made to, is shown a button. */
function untilThereIsALink({ pressed, fields }: PageFields): Pick<Page, 'blocks' | 'action'> {
  const [again, text] = [say('button.look_again'), say('next.press')];
  return pressed
    ? { blocks: [{ kind: 'without-scripts', text }], action: { ...button(again, fields), goesOn: true } }
    : { blocks: paragraphs(text), action: link('/jumio/verify', again) };
}

function waitingPage(on: (Next & { kind: 'wait' })['on'], view: View, page: PageFields): Page {
  const refreshSeconds = lookAgainAfter(view, page.now);
  const { status, waitingOn } = view;
  const waits = { refreshSeconds, seen: { status, waitingOn } };
  const again = say('button.look_again');
  if (on === 'checking') {
    const sentence = isReadingEid(view) ? say('checking_eid.sentence') : SENTENCES.processing;
    return { sentence, blocks: paragraphs(say('next.wait')), action: link('/jumio/status', again), ...waits };
  }
  const sentence = isDelayed(view) ? say('delayed.sentence') : say('preparing.sentence');
  return { sentence, ...untilThereIsALink(page), ...waits };
}

/**
 * Who has just finished is not told to go on, and led to a link that is used up, because Jumio was asked a moment
 * before: the page waits for the look that comes, and then shows what Jumio says.
 */
function finishedPage(view: View, { place, back, now }: PageFields): Page | undefined {
  const soon = place === 'verify' || back === undefined ? undefined : lookComesIn(view, back, now);
  if (soon === undefined || back === undefined) return undefined;
  const [sentence, blocks] = [SENTENCES.processing, paragraphs(say('next.wait'))];
  const to = lookAgainSince(back);
  return {
    sentence,
    blocks,
    action: link(to, say('button.look_again')),
    onwards: { to, seconds: Math.ceil(soon / 1000) },
  };
}

const MINUTE_MS = 60_000;

/** Named to the minute, and not before it. */
function laterPage({ why, until }: Next & { kind: 'later' }, view: View): Page {
  if (why === 'stuck' || until === undefined)
    return { sentence: say('stuck.sentence'), action: words(say('next.later')) };
  const date = new Date(Math.ceil(until / MINUTE_MS) * MINUTE_MS);
  const because = why === 'not-yet' ? say('later.not_yet') : say('later.too_many');
  const blocks = [...reason(view), ...paragraphs(because)];
  return { sentence: sentenceOf(view), blocks, action: words(say('next.date', { date })) };
}

/** One sentence and one action for everybody: how things stand, and what comes next. */
export function standingPage(view: View, page: PageFields): Page {
  const next = nextOf(view);
  switch (next.kind) {
    case 'consent':
      return finishedPage(view, page) ?? askingPage(view, page);
    case 'go':
      return finishedPage(view, page) ?? goPage(view, page);
    case 'wait':
      return waitingPage(next.on, view, page);
    case 'later':
      return laterPage(next, view);
    case 'done':
      return donePage(view, page);
    case 'contact':
      return contactPage(view, page);
    default:
      return next satisfies never;
  }
}
