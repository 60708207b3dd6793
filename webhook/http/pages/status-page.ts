import { say } from '../../texts/messages.ts';
import { type NextStep, nextStep, type View } from '../../verification/person/index.ts';
import { consentPage, declinedPage, helpLink, withdrawButton } from './consent-page.ts';
import { button, link, type Page, type PageBlock, type PageFields, paragraphs, plainText } from './page.ts';
import { finishedPage, waitingPage } from './waiting-page.ts';
import { BUTTONS, backAction, reasonOf, sentenceOf, supportAction } from './wording.ts';

/** Without a further attempt, advice for it would not help. */
function outOfRetriesPage(view: View, page: PageFields): Page {
  const { support } = page;
  const ask = say('used_up.support');
  const blocks = paragraphs(say('used_up.reason'), support === undefined ? undefined : ask);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, ask), others: backAction(page) };
}

/** For a person to whom only the operator can say more. */
function contactPage(view: View, page: PageFields): Page {
  if (view.isOutOfRetries) return outOfRetriesPage(view, page);
  const { support } = page;
  const ask = view.isApprovalExpired ? say('next.ask_support') : say('next.support');
  const blocks = paragraphs(reasonOf(view), support === undefined ? undefined : ask);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, ask), others: backAction(page) };
}

function hintBlocks({ hint: text }: PageFields): PageBlock[] {
  return text === undefined ? [] : [{ kind: 'notice', text }];
}

/** Time to read one sentence. */
const READING_S = 3;

function donePage(view: View, { place, returnTo }: PageFields): Page {
  const sentence = sentenceOf(view);
  if (returnTo === undefined) return { sentence, action: plainText(say('next.close')) };
  const action = link(returnTo, say('button.continue'));
  const isOver = place === 'status' && view.status === 'approved';
  return isOver
    ? { sentence, blocks: paragraphs(say('next.onwards')), action, onwards: { to: returnTo, seconds: READING_S } }
    : { sentence, action };
}

function continuePage(view: View, page: PageFields): Page {
  const others = withdrawButton(view, page);
  if (view.isLinkMissing)
    return { sentence: say('stuck.sentence'), action: button(say('button.try_again'), page.fields), others };
  const blocks = [...paragraphs(reasonOf(view)), ...hintBlocks(page), helpLink(page)];
  if (view.status === 'processing') others.unshift(link('/jumio/status', say('button.look_again')));
  return { sentence: sentenceOf(view), blocks, action: button(BUTTONS[view.status], page.fields), others };
}

/** The consent text stands at the verification page only: the status page links to it. */
function askingPage(view: View, page: PageFields): Page {
  if (page.place === 'verify') return consentPage(view, page);
  if (view.consent === 'declined') return declinedPage(page);
  const blocks = [...paragraphs(reasonOf(view)), ...hintBlocks(page)];
  return { sentence: sentenceOf(view), blocks, action: link('/jumio/verify', BUTTONS[view.status]) };
}

const MINUTE_MS = 60_000;

/** The time is rounded up to the minute, so that it is never too early. */
function laterPage({ why, until }: NextStep & { kind: 'later' }, view: View, page: PageFields): Page {
  const others = backAction(page);
  if (why === 'stuck' || until === undefined)
    return { sentence: say('stuck.sentence'), action: plainText(say('next.later')), others };
  const date = new Date(Math.ceil(until / MINUTE_MS) * MINUTE_MS);
  const because = why === 'not-yet' ? say('later.not_yet') : say('later.too_many');
  const blocks = paragraphs(reasonOf(view), because);
  return { sentence: sentenceOf(view), blocks, action: plainText(say('next.date', { date })), others };
}

/** Returns the page for a person: one sentence that says how things stand, and one action. */
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
