import type { FastifyReply } from 'fastify';
import type { Outcome } from '../verification/hand-over.ts';
import type { View } from '../verification/view.ts';
import type { ConsentText } from './consent-text.ts';
import { sendProblem } from './problem.ts';
import type { StatusAnswer } from './status-answer.ts';

/** What a program needs to be answered when it goes on for its person. */
export interface GoAnswer {
  readonly want: 'link' | 'sdk';
  readonly dataCentre: string | undefined;
  readonly status: StatusAnswer;
  readonly consent: ConsentText;
}

function sdkToken({ permission }: View): string | null {
  return permission.kind === 'continue' ? permission.verification.sdkToken : null;
}

function handOut(reply: FastifyReply, url: string, view: View, { want, dataCentre }: GoAnswer): FastifyReply {
  if (want === 'link') return reply.send({ url });
  const token = sdkToken(view);
  if (token !== null) return reply.send({ sdk: { token, ...(dataCentre && { data_center: dataCentre }) } });
  const title = 'Jumio gave no SDK token for this verification; ask for the link instead';
  return sendProblem(reply, { status: 409, code: 'no-sdk-token', title });
}

function notAllowed(reply: FastifyReply, { permission }: View, state: StatusAnswer): FastifyReply {
  const why = permission.kind === 'no' ? permission.why : 'stuck';
  const until = state.until === undefined ? {} : { until: state.until };
  const title = 'This person may not go on now';
  return sendProblem(reply, { status: 409, code: 'not-allowed', title }, { why, ...until, state });
}

function consentNeeded(reply: FastifyReply, consent: ConsentText): FastifyReply {
  const title = 'The person has not agreed to the text as it reads now';
  return sendProblem(reply, { status: 409, code: 'consent-needed', title }, { consent });
}

/** The hosted link or the SDK token, or why there is none. */
export function answerOutcome(reply: FastifyReply, outcome: Outcome, answer: GoAnswer): FastifyReply {
  const { status, consent } = answer;
  switch (outcome.kind) {
    case 'link':
      return handOut(reply, outcome.link, outcome.view, answer);
    case 'consent-needed':
      return consentNeeded(reply, consent);
    case 'no-link':
      if (status.next !== 'wait' || outcome.view.permission.kind === 'no')
        return notAllowed(reply, outcome.view, status);
      return reply.code(202).header('retry-after', status.retry_after).send(status);
    default:
      return outcome satisfies never;
  }
}
