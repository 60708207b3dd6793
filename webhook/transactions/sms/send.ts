import type { TwilioRefusal } from '../../twilio/types.ts';
import type { SmsContext } from './context.ts';
import { normalNumber } from './texts.ts';

/** Why no code was sent. None of them counts as a failure of the payer. */
export type NotSent =
  /** Twilio sends to no such number. */
  | 'number-refused'
  /** Not to this person now: a landline, a country, a suspicion. */
  | 'not-usable'
  /** Five codes were sent: later, or another way. */
  | 'later'
  /** To be tried again in a moment. */
  | 'busy'
  /** To nobody, until the operator has acted. */
  | 'off';

/** What came of sending a code. `sid`: Twilio's id of the verification, to be stored with the attempt. */
export type CodeSent =
  | { readonly kind: 'sent'; readonly sid: string }
  | { readonly kind: 'not-sent'; readonly why: NotSent };

/** To whom a code goes, and for what, as both were stored with the attempt. */
export interface CodeAddress {
  /** The payer's verified number, as Kratos has it. */
  readonly number: string;
  readonly amount: string;
  readonly payee: string;
  readonly locale: string;
}

function notSent(why: TwilioRefusal): NotSent {
  switch (why) {
    case 'number-refused':
    case 'not-usable':
      return why;
    case 'busy':
      return 'busy';
    // The checks of this verification are used up: a further code of it would be of no use.
    case 'sends-used-up':
    case 'checks-used-up':
      return 'later';
    // Neither is documented for a start.
    case 'gone':
    case 'code-refused':
    case 'misconfigured':
      return 'off';
    default:
      return why satisfies never;
  }
}

/**
 * Sends a code for an attempt that is stored already. Rejects with `UpstreamError` if Twilio could not be asked, or has not
 * said what it did; a repeat sends the same code.
 */
export async function sendCode({ twilio, log }: SmsContext, { number, ...rest }: CodeAddress): Promise<CodeSent> {
  const to = normalNumber(number);
  if (to === undefined) return { kind: 'not-sent', why: 'number-refused' };
  const answer = await twilio.startVerification({ to, ...rest });
  if (answer.kind === 'started') return { kind: 'sent', sid: answer.sid };
  const why = notSent(answer.why);
  const facts = { upstream: 'twilio', status: answer.status, seen: `code ${answer.code ?? 'none'}` };
  if (why === 'off') log.error(facts, 'twilio sends no codes: the credentials or the service are wrong');
  else log.warn(facts, 'twilio sent no code');
  return { kind: 'not-sent', why };
}
