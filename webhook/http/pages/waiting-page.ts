import { say } from '../../texts/messages.ts';
import { type NextStep, pollAfterSeconds, readExpectedIn, type View } from '../../verification/person/index.ts';
import { pollingSince } from './jumio-redirect.ts';
import { button, link, type Page, type PageFields, paragraphs } from './page.ts';
import { SENTENCES } from './wording.ts';

/** Only who pressed is led to Jumio without a press: whoever only looks in, or is made to, is shown a button. */
function untilThereIsALink(view: View, { pressed, fields }: PageFields): Pick<Page, 'blocks' | 'action'> {
  const [again, text] = [say('button.look_again'), say('next.press')];
  if (!pressed && view.mayRetryNow) return { action: button(say('button.try_again'), fields) };
  return pressed
    ? { blocks: [{ kind: 'without-scripts', text }], action: { ...button(again, fields), goesOn: true } }
    : { blocks: paragraphs(text), action: link('/jumio/verify', again) };
}

/** Nothing to do: the page looks again by itself. */
export function waitingPage(on: (NextStep & { kind: 'wait' })['on'], view: View, page: PageFields): Page {
  const refreshSeconds = pollAfterSeconds(view, page.now);
  const { status, waitingOn } = view;
  const waits = { refreshSeconds, seen: { status, waitingOn } };
  const again = say('button.look_again');
  if (on === 'checking') {
    const sentence = view.hasAttempt ? SENTENCES.processing : say('checking_already.sentence');
    return { sentence, blocks: paragraphs(say('next.wait')), action: link('/jumio/status', again), ...waits };
  }
  const sentence = view.isDelayed ? say('delayed.sentence') : say('preparing.sentence');
  return { sentence, ...untilThereIsALink(view, page), ...waits };
}

/**
 * Who has just finished is not told to go on, and led to a link that is used up, because Jumio was asked a moment
 * before: the page waits for the look that comes, and then shows what Jumio says.
 */
export function finishedPage(view: View, { place, back, now }: PageFields): Page | undefined {
  const soon = place === 'verify' || back === undefined ? undefined : readExpectedIn(view, back, now);
  if (soon === undefined || back === undefined) return undefined;
  const [sentence, blocks] = [SENTENCES.processing, paragraphs(say('next.wait'))];
  const to = pollingSince(back);
  return {
    sentence,
    blocks,
    action: link(to, say('button.look_again')),
    onwards: { to, seconds: Math.ceil(soon / 1000) },
  };
}
