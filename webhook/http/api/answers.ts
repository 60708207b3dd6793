import type { FastifyReply } from 'fastify';
import type { Reason } from '../../model.ts';
import { say, type Text } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import {
  type ContinueOutcome,
  type NextStep,
  nextStep,
  pollAfterSeconds,
  type View,
} from '../../verification/person/index.ts';
import { sendProblem } from '../errors.ts';
import { consentBlocks } from '../pages/consent-page.ts';
import type { PageBlock } from '../pages/page.ts';

/** The text that a person must agree to, for an application that shows it itself. */
export interface ConsentText {
  readonly text_version: string;
  readonly language: string;
  readonly title: string;
  /** In the order in which they are read; `items` belong below a heading. */
  readonly paragraphs: readonly { readonly text: string; readonly items?: readonly string[] }[];
  /** The operator's, where there is one. */
  readonly privacy_url?: string;
}

/** Word by word what the page says: there is one text, and an operator replaces it in one place. */
export function consentText(
  version: string,
  language: string,
  texts: Texts,
  { privacyUrl, sendsTraits }: { readonly privacyUrl: string | undefined; readonly sendsTraits: boolean },
): ConsentText {
  const tell = (text: Text): string => texts.translate(language, text);
  const paragraph = (block: PageBlock) =>
    block.kind === 'list' ? { text: tell(block.heading), items: block.items.map(tell) } : { text: tell(block.text) };
  return {
    text_version: version,
    language,
    title: tell(say('consent.title')),
    paragraphs: [{ text: tell(say('consent.sentence')) }, ...consentBlocks(sendsTraits).map(paragraph)],
    ...(privacyUrl === undefined ? {} : { privacy_url: privacyUrl }),
  };
}

/** What a program needs to be answered when it goes on for its person. */
export interface GoAnswer {
  readonly want: 'link' | 'sdk';
  readonly dataCentre: string | undefined;
  readonly status: StatusAnswer;
  readonly consent: ConsentText;
}

function handOut(reply: FastifyReply, url: string, { sdkToken }: View, { want, dataCentre }: GoAnswer): FastifyReply {
  if (want === 'link') return reply.send({ url });
  if (sdkToken !== null)
    return reply.send({ sdk: { token: sdkToken, ...(dataCentre && { data_center: dataCentre }) } });
  const title = 'Jumio gave no SDK token for this verification; ask for the link instead';
  return sendProblem(reply, { status: 409, code: 'no-sdk-token', title });
}

function notAllowed(reply: FastifyReply, { refusal }: View, state: StatusAnswer): FastifyReply {
  const why = refusal?.why ?? 'stuck';
  const until = state.until === undefined ? {} : { until: state.until };
  const title = 'This person may not go on now';
  return sendProblem(reply, { status: 409, code: 'not-allowed', title }, { why, ...until, state });
}

function consentNeeded(reply: FastifyReply, consent: ConsentText): FastifyReply {
  const title = 'The person has not agreed to the text as it reads now';
  return sendProblem(reply, { status: 409, code: 'consent-needed', title }, { consent });
}

/** The hosted link or the SDK token, or why there is none. */
export function answerOutcome(reply: FastifyReply, outcome: ContinueOutcome, answer: GoAnswer): FastifyReply {
  const { status, consent } = answer;
  switch (outcome.kind) {
    case 'link':
      return handOut(reply, outcome.link, outcome.view, answer);
    case 'consent-needed':
      return consentNeeded(reply, consent);
    case 'no-link':
      if (status.next !== 'wait' || outcome.view.refusal !== null) return notAllowed(reply, outcome.view, status);
      return reply.code(202).header('retry-after', status.retry_after).send(status);
    default:
      return outcome satisfies never;
  }
}

/** What an application is told of a person (docs/applications.md): no score, no label, no link, no document. */
export interface StatusAnswer {
  readonly status: View['status'];
  readonly waiting_on: View['waitingOn'];
  /** `verify`: POST /jumio/verify leads on; `later`: not before `until`, or not before the operator has helped. */
  readonly next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
  /** Seconds after which it is worth asking again. */
  readonly retry_after: number;
  /** Only beside a decided status: how a further attempt is doing. */
  readonly attempt?: NonNullable<View['furtherAttempt']>;
  /** ISO 8601. */
  readonly until?: string;
  /** Only those that a person can act on. */
  readonly reason?: Exclude<Reason, 'other'>;
  readonly return_to?: string;
  /** Only of `/jumio/status`, and only by cookie. */
  readonly somebody_else?: true;
}

const WORDS: Readonly<Record<NextStep['kind'], StatusAnswer['next']>> = {
  consent: 'verify',
  go: 'verify',
  wait: 'wait',
  later: 'later',
  done: 'continue',
  contact: 'contact',
};

/** Nothing changes soon, but Jumio or an operator may change their mind. */
const SELDOM_S = 3_600;

/** Somebody works on it by hand. */
const BY_HAND_S = 300;

function retryAfter(view: View, next: NextStep, now: number): number {
  if (next.kind === 'done' || next.kind === 'contact') return view.status === 'review' ? BY_HAND_S : SELDOM_S;
  return next.kind === 'later' ? BY_HAND_S : pollAfterSeconds(view, now);
}

/** Text of a time. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** @param returnTo where the person goes in the end; undefined: nobody said */
export function statusAnswer(view: View, now: number, returnTo: string | undefined): StatusAnswer {
  const next = nextStep(view);
  const { furtherAttempt: attempt } = view;
  const until = next.kind === 'later' ? next.until : undefined;
  return {
    status: view.status,
    waiting_on: view.waitingOn,
    next: WORDS[next.kind],
    retry_after: retryAfter(view, next, now),
    ...(attempt === null ? {} : { attempt }),
    ...(until === undefined ? {} : { until: isoTime(until) }),
    ...(view.reason === null ? {} : { reason: view.reason }),
    ...(returnTo === undefined ? {} : { return_to: returnTo }),
  };
}
