import { type Text, toText } from '../../texts/messages.ts';
import type { ApprovalState, FactorName, NotBegun, NotOffered } from '../../transactions/index.ts';
import type { ApprovalDocument } from './document.ts';

/** What a press has led to, in one word of the address: a closed list, so the query selects a text of ours and is never shown. */
export const NOTICES = ['failed', 'form', 'again', 'later', 'soon', 'new-code', 'unavailable'] as const;

export type Notice = (typeof NOTICES)[number];

/** The text of each notice. None says which element was wrong. */
export const NOTICE_TEXTS: Readonly<Record<Notice, Text>> = {
  failed: toText('approve.notice_failed'),
  form: toText('approve.notice_form'),
  again: toText('approve.notice_again'),
  later: toText('approve.notice_later'),
  soon: toText('approve.notice_soon'),
  'new-code': toText('approve.notice_new_code'),
  unavailable: toText('approve.notice_unavailable'),
};

/** The notice of a press that began nothing; undefined: the page itself says why. */
export const NOT_BEGUN: Readonly<Record<NotBegun, Notice | undefined>> = {
  'not-offered': undefined,
  ended: undefined,
  'too-soon': 'soon',
  'used-up': 'later',
  again: 'again',
  later: 'later',
  unavailable: 'unavailable',
};

const MISSING: Readonly<Record<FactorName, Text>> = {
  sms: toText('approve.missing_sms'),
  face: toText('approve.missing_face'),
  passkey: toText('approve.missing_passkey'),
};

const MINUTE_MS = 60_000;

/** A time, rounded up to the minute, so that it is never too early. */
function laterDate(time: number): Date {
  return new Date(Math.ceil(time / MINUTE_MS) * MINUTE_MS);
}

/** Returns why a factor is not offered, for the payer. */
export function whyNot(factor: FactorName, not: NotOffered): Text {
  switch (not.why) {
    case 'missing':
      return MISSING[factor];
    case 'sign-in-first':
      return toText('approve.why_password');
    case 'too-young':
      return toText('approve.why_young', { date: laterDate(not.from) });
    case 'unavailable':
      return toText('approve.why_unavailable');
    default:
      return not satisfies never;
  }
}

type ClosedAnswer = Pick<ApprovalDocument, 'title' | 'mood' | 'sentence'>;

const APPROVED: ClosedAnswer = {
  title: toText('approve.approved.title'),
  mood: 'done',
  sentence: toText('approve.approved.sentence'),
};

const OVER: Readonly<Record<(ApprovalState & { kind: 'over' })['state'], ClosedAnswer>> = {
  approved: APPROVED,
  consumed: APPROVED,
  declined: { title: toText('approve.declined.title'), sentence: toText('approve.declined.sentence') },
  failed: { title: toText('approve.failed.title'), mood: 'problem', sentence: toText('approve.failed.sentence') },
  expired: { title: toText('approve.expired.title'), mood: 'problem', sentence: toText('approve.expired.sentence') },
  cancelled: { title: toText('approve.cancelled.title'), sentence: toText('approve.cancelled.sentence') },
};

function blockedSentence(until: number): Text {
  return toText('approve.blocked.until', { date: laterDate(until) });
}

/** Returns heading and sentence of a page on which nothing can be approved. */
export function answerOf(state: Exclude<ApprovalState, { kind: 'open' }>): ClosedAnswer {
  switch (state.kind) {
    case 'over': {
      const isBlocked = state.state === 'failed' && state.blockedUntil !== null;
      return isBlocked ? { ...OVER.failed, sentence: blockedSentence(state.blockedUntil) } : OVER[state.state];
    }
    case 'blocked':
      return { title: toText('approve.blocked.title'), mood: 'problem', sentence: blockedSentence(state.until) };
    case 'refused':
      return {
        title: toText('approve.refused.title'),
        mood: 'problem',
        sentence: toText('approve.refused.sentence'),
      };
    default:
      return state satisfies never;
  }
}
