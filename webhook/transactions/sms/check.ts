import { UpstreamError } from '../../errors.ts';
import type { CheckedCode, TwilioRefused } from '../../twilio/types.ts';
import type { FactorResult } from '../factor.ts';
import type { ApprovedFactors } from '../model.ts';
import type { SmsContext } from './context.ts';
import { normalNumber } from './texts.ts';

/** A text that may be a code; any other is asked for again, and neither judged nor counted. */
export const SMS_CODE = /^\d{4,10}$/;

/** A verification as it was started. */
export interface SentCode {
  readonly sid: string;
  /** The payer's verified number, as Kratos has it. */
  readonly number: string;
  /** Amount and payee as they were sent. */
  readonly amount: string;
  readonly payee: string;
}

/** The password of the session and the SIM of the number (RFC 8176). */
const FACTORS: ApprovedFactors = {
  amr: ['pwd', 'sms', 'otp', 'mfa'],
  authenticationFactors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
};

const NEW_CODE_NEEDED: FactorResult = { kind: 'unanswered', ends: 'expired' };

const UNAVAILABLE: FactorResult = { kind: 'unanswered', ends: 'unavailable' };

const TRY_AGAIN: FactorResult = { kind: 'unanswered' };

const LAST_FAILURE: FactorResult = { kind: 'failed', isLast: true };

/** What of an approved verification is not ours; undefined: all of it is. Never a value: it would be in the log. */
function foreignPart(checked: CheckedCode, sent: SentCode): string | undefined {
  if (checked.sid !== sent.sid) return 'another verification';
  if (checked.to !== normalNumber(sent.number)) return 'another number';
  if (checked.amount !== null && checked.amount !== sent.amount) return 'another amount';
  if (checked.payee !== null && checked.payee !== sent.payee) return 'another payee';
  return undefined;
}

/** A judged code, and what must be reported to the operator. */
interface Judged {
  readonly result: FactorResult;
  readonly seen?: string;
}

/**
 * Judges what Twilio says of a code. A 2xx alone says nothing: a wrong code is `pending`
 * (docs/reference/twilio.md#3-check). Approved is what is approved for this verification, number and payment.
 * @param authTime of the password that the code stands beside, epoch milliseconds
 */
export function judgeCode(checked: CheckedCode, sent: SentCode, authTime: number): Judged {
  switch (checked.status) {
    case 'approved': {
      const seen = foreignPart(checked, sent);
      return seen === undefined
        ? { result: { kind: 'passed', factors: FACTORS, authTime } }
        : { result: LAST_FAILURE, seen };
    }
    case 'pending':
      return { result: { kind: 'failed', isLast: false } };
    case 'max_attempts_reached':
    case 'failed':
      return { result: LAST_FAILURE };
    case 'canceled':
    case 'deleted':
    case 'expired':
      return { result: NEW_CODE_NEEDED };
    default:
      return { result: LAST_FAILURE, seen: 'a status that is not documented' };
  }
}

/** What a refused check means for the attempt. */
export function refusedCheck({ why }: Pick<TwilioRefused, 'why'>): FactorResult {
  switch (why) {
    case 'checks-used-up':
      return LAST_FAILURE;
    case 'gone':
      return NEW_CODE_NEEDED;
    case 'code-refused':
    case 'busy':
    case 'sends-used-up':
      return TRY_AGAIN;
    case 'number-refused':
    case 'not-usable':
    case 'misconfigured':
      return UNAVAILABLE;
    default:
      return why satisfies never;
  }
}

/** What a check without a usable answer means. One that may have been decided is never sent again: a right code is used up. */
export function failedCheck({ facts }: UpstreamError): FactorResult {
  switch (facts.failure) {
    case 'unreachable':
      return TRY_AGAIN;
    case 'timeout':
    case 'interrupted':
    case 'unusable':
      return NEW_CODE_NEEDED;
    case 'status':
      return (facts.status ?? 0) >= 500 ? TRY_AGAIN : UNAVAILABLE;
    default:
      return facts.failure satisfies never;
  }
}

/**
 * Has a code judged whose failure is counted already. Never rejects for Twilio: what nobody has judged is `unanswered`.
 * @param code matches `SMS_CODE` @param authTime of the password that the code stands beside, epoch milliseconds
 */
export async function checkCode(
  { twilio, log }: SmsContext,
  sent: SentCode,
  code: string,
  authTime: number,
): Promise<FactorResult> {
  const to = normalNumber(sent.number);
  if (to === undefined) return UNAVAILABLE;
  try {
    const answer = await twilio.checkVerification({ to, code, amount: sent.amount, payee: sent.payee });
    if (answer.kind === 'refused') return reported(log, answer);
    const { result, seen } = judgeCode(answer, sent, authTime);
    if (seen !== undefined) log.error({ upstream: 'twilio', seen }, 'twilio answered a check with something else');
    return result;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ err: error }, 'twilio did not answer a check');
    return failedCheck(error);
  }
}

function reported(log: SmsContext['log'], refused: TwilioRefused): FactorResult {
  const facts = { upstream: 'twilio', status: refused.status, seen: `code ${refused.code ?? 'none'}` };
  if (refused.why === 'misconfigured')
    log.error(facts, 'twilio checks no codes: the credentials or the service are wrong');
  else log.warn(facts, 'twilio refused to check a code');
  return refusedCheck(refused);
}
