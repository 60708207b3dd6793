import { say } from '../../texts/messages.ts';
import { isRarelyRetried } from '../../verification/execution/index.ts';
import { type NextStep, pollAfterSeconds, readExpectedIn, type View } from '../../verification/person/index.ts';
import { pollingSince } from './jumio-redirect.ts';
import { button, link, type Page, type PageFields, paragraphs } from './page.ts';
import { SENTENCES } from './wording.ts';

/** The first call did not get through: the person is not kept waiting for something that they think is quick. */
function isDelayed({ permission }: View): boolean {
  return (permission.kind === 'continue' || permission.kind === 'renew') && permission.verification.attempts > 0;
}

/** Jumio has not got through for a while: a press is worth another try. */
function isPressWorthIt({ permission }: View): boolean {
  return permission.kind === 'continue' && isRarelyRetried(permission.verification);
}

/** Something is checked, and there is no attempt at Jumio: whether an eID answers is still to be read, for whoever has one. */
function isReadingEid({ attempt }: View): boolean {
  return attempt === undefined;
}

/** Only who pressed is led to Jumio without a press: whoever only looks in, or is made to, is shown a button. */
function untilThereIsALink(view: View, { pressed, fields }: PageFields): Pick<Page, 'blocks' | 'action'> {
  const [again, text] = [say('button.look_again'), say('next.press')];
  if (!pressed && isPressWorthIt(view)) return { action: button(say('button.try_again'), fields) };
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
    const sentence = isReadingEid(view) ? say('checking_already.sentence') : SENTENCES.processing;
    return { sentence, blocks: paragraphs(say('next.wait')), action: link('/jumio/status', again), ...waits };
  }
  const sentence = isDelayed(view) ? say('delayed.sentence') : say('preparing.sentence');
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
