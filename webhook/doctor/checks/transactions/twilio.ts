import { serviceWire } from '../../../twilio/wire.ts';
import { type Check, offersFactor } from '../../facts.ts';
import { type Finding, notCheckable } from '../../finding.ts';
import type { ProbeResult } from '../../probes/probe.ts';

/** Codes of fewer digits are guessed too easily: the service sends none of them (docs/payments.md#elements). */
const LEAST_DIGITS = 6;

const NOBODY = 'No code is sent: a client that offers `sms` offers it to nobody.';

function error(id: string, seen: string, says: string, why = NOBODY): Finding[] {
  return [{ id, severity: 'error', seen, why, fix: { says } }];
}

function unanswered(answer: ProbeResult | undefined): string {
  return answer !== undefined && 'status' in answer
    ? `answers ${answer.status}`
    : `does not answer (${answer?.failure})`;
}

/** What Twilio says of the service that `TWILIO_VERIFY_SERVICE` names. */
function findingsOf(answer: ProbeResult, url: string): Finding[] {
  const status = 'status' in answer ? answer.status : undefined;
  if (status === 401 || status === 403)
    return error(
      'twilio-credentials',
      `${url} answers ${status} to TWILIO_API_KEY and TWILIO_API_SECRET`,
      'set both to a key of the account that has the Verify service',
    );
  if (status === 404)
    return error(
      'twilio-service-unknown',
      'Twilio does not know TWILIO_VERIFY_SERVICE in the account of TWILIO_API_KEY',
      'set it to the SID of a Verify service of this account: VA and 32 hexadecimal digits',
    );
  const service = status === 200 && 'json' in answer ? serviceWire.safeParse(answer.json).data : undefined;
  if (service === undefined)
    return error(
      'twilio-unreachable',
      `${url} ${unanswered(answer)}`,
      'let this machine reach it, or set TWILIO_VERIFY_URL',
    );
  if (!service.psd2_enabled)
    return error(
      'twilio-without-psd2',
      'psd2_enabled of the Verify service is not true',
      'let Twilio Support enable PSD2 for the account, then switch it on at the service',
      `Twilio would ignore amount and payee, and one code would approve any payment. ${NOBODY}`,
    );
  if (service.code_length !== undefined && service.code_length < LEAST_DIGITS)
    return error(
      'twilio-short-codes',
      `code_length of the Verify service is ${service.code_length}`,
      `set it to ${LEAST_DIGITS} or more`,
    );
  return [];
}

export const codesSent: Check = {
  group: 'payments',
  says: 'Twilio’s Verify service sends codes that are bound to amount and payee',
  applies: (facts) => offersFactor(facts, 'sms'),
  run(facts) {
    const { service, observed } = facts;
    if (observed.twilio === undefined) return notCheckable('it was not probed');
    return findingsOf(observed.twilio, new URL(service?.TWILIO_VERIFY_URL ?? '').origin);
  },
};
