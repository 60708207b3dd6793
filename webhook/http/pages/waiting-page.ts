import { toText } from '../../texts/messages.ts';
import { type NextStep, readExpectedIn, type View } from '../../verification/person/index.ts';
import { pollingPath } from './jumio-redirect.ts';
import { button, link, type Page, type PageFields, paragraphs } from './page.ts';
import { ANSWERS, type Answer, backAction } from './wording.ts';

const SHORTEST_POLL_S = 5;

const LONGEST_POLL_S = 60;

/** Returns the seconds until a page or a program polls again: a tenth of the time waited so far, from 5 to 60, so that a long wait costs little. */
export function pollAfterSeconds({ waitingSince }: View, now: number): number {
  const waited = now - (waitingSince ?? now);
  return Math.min(LONGEST_POLL_S, Math.max(SHORTEST_POLL_S, Math.round(waited / 10_000)));
}

/**
 * While the link is being made: a page that answers a press presses again by itself once the link is there. A page that
 * was only opened shows a link or a button, so that no person is led to Jumio without a press.
 */
function preparingParts(view: View, { pressed, fields }: PageFields): Pick<Page, 'blocks' | 'action'> {
  const [again, text] = [toText('button.ready_again'), toText('next.press')];
  if (!pressed && view.mayRetryNow) return { action: button(toText('button.start'), fields) };
  return pressed
    ? { blocks: [{ kind: 'without-scripts', text }], action: { ...button(again, fields), pressesAgain: true } }
    : { blocks: paragraphs(text), action: link('/jumio/verify', again) };
}

const ALREADY_CHECKING: Answer = {
  title: toText('checking_already.title'),
  sentence: toText('checking_already.sentence'),
};

const PREPARING: Answer = { title: toText('preparing.title'), sentence: toText('preparing.sentence') };

const DELAYED: Answer = { title: toText('delayed.title'), sentence: toText('delayed.sentence') };

/** Returns the page for a person who has nothing to do but wait: it polls by itself. */
export function waitingPage(on: (NextStep & { kind: 'wait' })['on'], view: View, page: PageFields): Page {
  const refreshSeconds = pollAfterSeconds(view, page.now);
  const { status, waitingOn } = view;
  const polling = { refreshSeconds, shown: { status, waitingOn }, mood: 'waiting' } as const;
  const others = backAction(page);
  if (on === 'checking') {
    // Without an attempt at Jumio an eID credential is still to be read.
    const answer = view.hasAttempt ? ANSWERS.processing : ALREADY_CHECKING;
    const action = link('/jumio/status', toText('button.look_again'));
    return { ...answer, blocks: paragraphs(toText('next.wait')), action, others, ...polling };
  }
  return { ...(view.isDelayed ? DELAYED : PREPARING), ...preparingParts(view, page), others, ...polling };
}

/**
 * Returns the page for a person who has just finished at Jumio, while a read of Jumio's result is expected within seconds;
 * undefined: none is. Without it the page would ask the person to continue, and lead to a spent link.
 */
export function finishedPage(view: View, page: PageFields): Page | undefined {
  const { place, back, now } = page;
  const expectedIn = place === 'verify' || back === undefined ? undefined : readExpectedIn(view, back, now);
  if (expectedIn === undefined || back === undefined) return undefined;
  const to = pollingPath(back);
  return {
    ...ANSWERS.processing,
    blocks: paragraphs(toText('next.wait')),
    action: link(to, toText('button.look_again')),
    others: backAction(page),
    onwards: { to, seconds: Math.ceil(expectedIn / 1000) },
  };
}
