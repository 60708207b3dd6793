import type { FastifyReply } from 'fastify';
import type { ActionableReason } from '../../model.ts';
import { type Text, toText } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import {
  type ContinueOutcome,
  type HostedLink,
  type NextStep,
  nextStep,
  type View,
} from '../../verification/person/index.ts';
import { type ConsentFacts, consentBlocks } from '../pages/consent-page.ts';
import type { TextBlock } from '../pages/page.ts';
import { pollAfterSeconds } from '../pages/waiting-page.ts';
import { sendProblem } from '../problems.ts';

/** The text that a person must agree to, for an application that shows it itself. */
export interface ConsentText {
  readonly text_version: string;
  readonly language: string;
  readonly title: string;
  /** In reading order; `items` is the list below that text. */
  readonly paragraphs: readonly { readonly text: string; readonly items?: readonly string[] }[];
  /** The operator's, if there is one. */
  readonly privacy_url?: string;
}

/** Returns the exact text of the consent page: there is one text, and an operator replaces it in one place. */
export function consentText(
  version: string,
  language: string,
  texts: Texts,
  facts: ConsentFacts,
  privacyUrl: string | undefined,
): ConsentText {
  const translate = (text: Text): string => texts.translate(language, text);
  const paragraph = (block: TextBlock) =>
    block.kind === 'list'
      ? { text: translate(block.heading), items: block.items.map(translate) }
      : { text: translate(block.text) };
  return {
    text_version: version,
    language,
    title: translate(toText('consent.title')),
    paragraphs: [{ text: translate(toText('consent.sentence')) }, ...consentBlocks(facts).map(paragraph)],
    ...(privacyUrl === undefined ? {} : { privacy_url: privacyUrl }),
  };
}

/** The content of an answer to a program that continues. */
interface ContinueAnswer {
  readonly want: 'link' | 'sdk';
  readonly dataCentre: string | undefined;
  readonly status: StatusAnswer;
  readonly consent: ConsentText;
}

function answerLink(
  reply: FastifyReply,
  { url, endsAt }: HostedLink,
  { sdkToken }: View,
  { want, dataCentre }: ContinueAnswer,
): FastifyReply {
  if (want === 'link') return reply.send({ url, expires_at: new Date(endsAt).toISOString() });
  if (sdkToken !== null)
    return reply.send({ sdk: { token: sdkToken, ...(dataCentre && { data_center: dataCentre }) } });
  return sendProblem(reply, 'no-sdk-token');
}

function notAllowed(reply: FastifyReply, { refusal }: View, state: StatusAnswer): FastifyReply {
  const until = state.until === undefined ? {} : { until: state.until };
  return sendProblem(reply, refusal?.why ?? 'stuck', {}, { ...until, state });
}

/** Answers with the hosted link or the SDK token, or with the reason why there is none (docs/applications.md). */
export function answerOutcome(reply: FastifyReply, outcome: ContinueOutcome, answer: ContinueAnswer): FastifyReply {
  const { status, consent } = answer;
  switch (outcome.kind) {
    case 'link':
      return answerLink(reply, outcome.link, outcome.view, answer);
    case 'consent-needed':
      return sendProblem(reply, 'consent-needed', {}, { consent });
    case 'no-link':
      if (status.next !== 'wait' || outcome.view.refusal !== null) return notAllowed(reply, outcome.view, status);
      return reply.code(202).header('retry-after', status.retry_after).send(status);
    default:
      return outcome satisfies never;
  }
}

/** The status of a person, for an application (docs/applications.md): no score, no label, no link, no document. */
export interface StatusAnswer {
  readonly status: View['status'];
  readonly waiting_on: View['waitingOn'];
  /** `verify`: POST /jumio/verify continues; `later`: not before `until`, or not before the operator has helped. */
  readonly next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
  /** Seconds until the next request is useful. */
  readonly retry_after: number;
  /** Only beside a decided status: the status of a further attempt. */
  readonly attempt?: NonNullable<View['furtherAttempt']>;
  /** ISO 8601. */
  readonly until?: string;
  /** Why Jumio rejected, only where the person can act on it. */
  readonly code?: ActionableReason;
  readonly return_to?: string;
  /** Only at `/jumio/status`, and only by cookie: this browser has the hand-over cookie of another identity. */
  readonly somebody_else?: true;
}

const NEXT: Readonly<Record<NextStep['kind'], StatusAnswer['next']>> = {
  consent: 'verify',
  go: 'verify',
  wait: 'wait',
  later: 'later',
  done: 'continue',
  contact: 'contact',
};

/** A decided status changes only if Jumio or an operator revises it. */
const DECIDED_S = 3_600;

/** An operator works on it. */
const OPERATOR_S = 300;

function retryAfter(view: View, next: NextStep, now: number): number {
  if (next.kind === 'done' || next.kind === 'contact') return view.status === 'review' ? OPERATOR_S : DECIDED_S;
  return next.kind === 'later' ? OPERATOR_S : pollAfterSeconds(view, now);
}

/**
 * Returns the status of a person.
 * @param returnTo where the person goes in the end; undefined: not known
 */
export function statusAnswer(view: View, now: number, returnTo: string | undefined): StatusAnswer {
  const next = nextStep(view);
  const until = next.kind === 'later' ? next.until : undefined;
  return {
    status: view.status,
    waiting_on: view.waitingOn,
    next: NEXT[next.kind],
    retry_after: retryAfter(view, next, now),
    ...(view.furtherAttempt === null ? {} : { attempt: view.furtherAttempt }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(view.reason === null ? {} : { code: view.reason }),
    ...(returnTo === undefined ? {} : { return_to: returnTo }),
  };
}
