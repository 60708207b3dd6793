import { toText } from '../../texts/messages.ts';
import { type NextStep, nextStep, type View } from '../../verification/person/index.ts';
import { consentPage, declinedPage, helpLink, withdrawButton } from './consent-page.ts';
import { button, link, type Page, type PageBlock, type PageFields, paragraphs, plainText } from './page.ts';
import { following, phoneBlocks } from './phone/phone-block.ts';
import { finishedPage, waitingPage } from './waiting-page.ts';
import { answerOf, askingActions, backAction, buttonOf, reasonOf, STUCK } from './wording.ts';

/** Without a further attempt, advice for it would not help. */
function outOfRetriesPage(view: View, page: PageFields): Page {
  const ask = page.support === undefined ? undefined : toText('used_up.support');
  return { ...answerOf(view), blocks: paragraphs(toText('used_up.reason'), ask), ...askingActions(page) };
}

/** For a person whom only the operator can help. */
function contactPage(view: View, page: PageFields): Page {
  if (view.isOutOfRetries) return outOfRetriesPage(view, page);
  const ask = view.isApprovalExpired ? toText('next.ask_support') : toText('next.support');
  const blocks = paragraphs(reasonOf(view), page.support === undefined ? undefined : ask);
  return { ...answerOf(view), blocks, ...askingActions(page) };
}

function hintBlocks({ hint: text }: PageFields): PageBlock[] {
  return text === undefined ? [] : [{ kind: 'notice', text }];
}

/** Time to read one sentence. */
const READING_S = 3;

function donePage(view: View, { place, returnTo, isPhone }: PageFields): Page {
  const answer = answerOf(view);
  if (returnTo === undefined) return { ...answer, action: plainText(toText(isPhone ? 'phone.back' : 'next.close')) };
  const action = link(returnTo, toText('button.to_application'));
  const isOver = place === 'status' && view.status === 'approved';
  return isOver
    ? { ...answer, blocks: paragraphs(toText('next.onwards')), action, onwards: { to: returnTo, seconds: READING_S } }
    : { ...answer, action };
}

function continuePage(view: View, page: PageFields): Page {
  const others = withdrawButton(view, page);
  if (view.isLinkMissing) return { ...STUCK, action: button(toText('button.start'), page.fields), others };
  const blocks = [...paragraphs(reasonOf(view)), ...hintBlocks(page), helpLink(page), ...phoneBlocks(page)];
  if (view.status === 'processing') others.unshift(link('/jumio/status', toText('button.look_again')));
  const action = button(buttonOf(view), page.fields);
  return { ...answerOf(view), blocks, action, others, ...following(view, page) };
}

/** The consent text stands at the verification page only: the status page links to it. */
function askingPage(view: View, page: PageFields): Page {
  if (page.place === 'verify') return consentPage(view, page);
  if (view.consent === 'declined') return declinedPage(page);
  const blocks = [...paragraphs(reasonOf(view)), ...hintBlocks(page), ...phoneBlocks(page)];
  const action = link('/jumio/verify', buttonOf(view));
  return { ...answerOf(view), blocks, action, ...following(view, page) };
}

const MINUTE_MS = 60_000;

/** The time is rounded up to the minute, so that it is never too early. */
function laterPage({ why, until }: NextStep & { kind: 'later' }, view: View, page: PageFields): Page {
  const others = backAction(page);
  if (why === 'stuck' || until === undefined) return { ...STUCK, action: plainText(toText('next.later')), others };
  const date = new Date(Math.ceil(until / MINUTE_MS) * MINUTE_MS);
  const because = why === 'not-yet' ? toText('later.not_yet') : toText('later.too_many');
  const blocks = paragraphs(reasonOf(view), because);
  return { ...answerOf(view), blocks, action: plainText(toText('next.date', { date })), others };
}

/** Returns the page for a person: how it stands, and one action. */
export function statusPage(view: View, page: PageFields): Page {
  const next = nextStep(view);
  switch (next.kind) {
    case 'consent':
      return finishedPage(view, page) ?? askingPage(view, page);
    case 'go':
      return finishedPage(view, page) ?? continuePage(view, page);
    case 'wait':
      return waitingPage(next.on, view, page);
    case 'later':
      return laterPage(next, view, page);
    case 'done':
      return donePage(view, page);
    case 'contact':
      return contactPage(view, page);
    default:
      return next satisfies never;
  }
}
