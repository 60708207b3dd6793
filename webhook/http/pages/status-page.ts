import { say } from '../../texts/messages.ts';
import { type NextStep, nextStep, type View } from '../../verification/person/index.ts';
import { cannot, consentPage, declinedPage, withdrawing } from './consent-page.ts';
import { button, link, type Page, type PageBlock, type PageFields, paragraphs, words } from './page.ts';
import { finishedPage, waitingPage } from './waiting-page.ts';
import { BUTTONS, reasonOf, sentenceOf, supportAction, wayBack } from './wording.ts';

/** What to do better next time helps nobody for whom there is no next time. */
function usedUpPage(view: View, page: PageFields): Page {
  const { support } = page;
  const ask = say('used_up.support');
  const blocks = paragraphs(say('used_up.reason'), support === undefined ? undefined : ask);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, ask), others: wayBack(page) };
}

/** Only the operator can say more. */
export function contactPage(view: View, page: PageFields): Page {
  if (view.isOutOfRetries) return usedUpPage(view, page);
  const { support } = page;
  const why = view.isApprovalExpired ? say('next.ask_support') : say('next.support');
  const blocks = paragraphs(reasonOf(view), support === undefined ? undefined : why);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, why), others: wayBack(page) };
}

function hint({ hint: text }: PageFields): PageBlock[] {
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

function goPage(view: View, page: PageFields): Page {
  const others = withdrawing(view, page);
  if (view.isLinkMissing)
    return { sentence: say('stuck.sentence'), action: button(say('button.try_again'), page.fields), others };
  const blocks = [...paragraphs(reasonOf(view)), ...hint(page), cannot(page)];
  if (view.status === 'processing') others.unshift(link('/jumio/status', say('button.look_again')));
  return { sentence: sentenceOf(view), blocks, action: button(BUTTONS[view.status], page.fields), others };
}

/** Reads before anything is agreed to or refused: at the status page that is a way to the text, not the text. */
function askingPage(view: View, page: PageFields): Page {
  if (page.place === 'verify') return consentPage(view, page);
  if (view.consent === 'declined') return declinedPage(page);
  const blocks = [...paragraphs(reasonOf(view)), ...hint(page)];
  return { sentence: sentenceOf(view), blocks, action: link('/jumio/verify', BUTTONS[view.status]) };
}

const MINUTE_MS = 60_000;

/** Named to the minute, and not before it. */
function laterPage({ why, until }: NextStep & { kind: 'later' }, view: View, page: PageFields): Page {
  const others = wayBack(page);
  if (why === 'stuck' || until === undefined)
    return { sentence: say('stuck.sentence'), action: words(say('next.later')), others };
  const date = new Date(Math.ceil(until / MINUTE_MS) * MINUTE_MS);
  const because = why === 'not-yet' ? say('later.not_yet') : say('later.too_many');
  const blocks = paragraphs(reasonOf(view), because);
  return { sentence: sentenceOf(view), blocks, action: words(say('next.date', { date })), others };
}

/** One sentence and one action for everybody: how things stand, and what comes next. */
export function standingPage(view: View, page: PageFields): Page {
  const next = nextStep(view);
  switch (next.kind) {
    case 'consent':
      return finishedPage(view, page) ?? askingPage(view, page);
    case 'go':
      return finishedPage(view, page) ?? goPage(view, page);
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
