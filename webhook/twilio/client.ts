import axios from 'axios';
import type { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import {
  accept,
  axiosSettings,
  type Call,
  exchange,
  isSuccess,
  observed,
  parseJson,
  refusal,
  type UpstreamAnswer,
} from '../upstream/http.ts';
import { refusalOf, type TwilioOperation } from './refusals.ts';
import type { CodeRequest, TwilioClient, TwilioClientOptions, TwilioRefused } from './types.ts';
import { errorWire, serviceWire, verificationWire } from './wire.ts';

/** A person waits for each of these calls. */
const DEADLINE_MS = 5_000;

/** The languages of the service's own texts; for any other Twilio takes that of the number's country. */
const LANGUAGES: readonly string[] = ['de', 'en', 'es', 'fr'];

function localeOf(tag: string | undefined): { Locale?: string } {
  const language = tag?.split('-')[0]?.toLowerCase() ?? '';
  return LANGUAGES.includes(language) ? { Locale: language } : {};
}

/** A documented refusal as a value. @throws UpstreamError for any other answer that is no 2xx */
function refusedBy(call: Call, operation: TwilioOperation, answer: UpstreamAnswer): TwilioRefused {
  const code = errorWire.safeParse(parseJson(answer.body)).data?.code;
  const why = refusalOf(operation, answer.status, code);
  const error = refusal(call, answer);
  if (why === undefined) throw error;
  const { retryAfter } = error.facts;
  return {
    kind: 'refused',
    why,
    status: answer.status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** A start whose answer is of another number or payment sent its code elsewhere. */
function requireSame(call: Call, asked: CodeRequest, said: z.infer<typeof verificationWire>): void {
  const { to, amount, payee } = asked;
  const isSame = said.to === to && (said.amount ?? amount) === amount && (said.payee ?? payee) === payee;
  if (isSame) return;
  throw new UpstreamError({ ...call, failure: 'unusable', detail: 'of another number, amount or payee than was sent' });
}

/** Returns the client of one Verify service (docs/reference/twilio.md). Opens no connection before its first call. */
export function createTwilioClient(options: TwilioClientOptions): TwilioClient {
  const { apiKey, apiSecret, serviceSid, userAgent, deadline = DEADLINE_MS, observe } = options;
  const http = axios.create(axiosSettings(userAgent));
  const service = `${options.baseUrl.replace(/\/+$/, '')}/v2/Services/${encodeURIComponent(serviceSid)}`;
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;

  /** Sends a form, or reads without one. Numbers, codes and amounts are in the body only, never in an address. */
  function ask<T extends object>(
    operation: TwilioOperation,
    path: string,
    form: Readonly<Record<string, string>> | undefined,
    read: (call: Call, answer: UpstreamAnswer) => T,
  ): Promise<T | TwilioRefused> {
    const call = { upstream: 'twilio', operation } as const;
    const type = form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
    return observed(observe, call, async () => {
      const answer = await exchange(call, AbortSignal.timeout(deadline), (signal) =>
        http.request({
          method: form === undefined ? 'GET' : 'POST',
          url: `${service}${path}`,
          headers: { Authorization: authorization, ...type },
          signal,
          ...(form === undefined ? {} : { data: new URLSearchParams(form).toString() }),
        }),
      );
      return isSuccess(answer.status) ? read(call, answer) : refusedBy(call, operation, answer);
    });
  }

  return {
    startVerification: (request) => {
      const { to, amount, payee, locale } = request;
      const form = { To: to, Channel: 'sms', Amount: amount, Payee: payee, ...localeOf(locale) };
      return ask('start', '/Verifications', form, (call, answer) => {
        const said = accept(call, answer, verificationWire);
        requireSame(call, request, said);
        return { kind: 'started', sid: said.sid } as const;
      });
    },
    // By number, as the documented call of PSD2 mode (docs/reference/twilio.md#3-check); what it says is compared by the caller.
    checkVerification: ({ to, code, amount, payee }) =>
      ask('check', '/VerificationCheck', { To: to, Code: code, Amount: amount, Payee: payee }, (call, answer) => {
        return { kind: 'checked', ...accept(call, answer, verificationWire) } as const;
      }),
    cancel: (sid) =>
      ask('cancel', `/Verifications/${encodeURIComponent(sid)}`, { Status: 'canceled' }, (call, answer) => {
        accept(call, answer, verificationWire);
        return { kind: 'canceled' } as const;
      }),
    readService: () =>
      ask('service', '', undefined, (call, answer) => {
        const { psd2_enabled: psd2Enabled, code_length: codeLength } = accept(call, answer, serviceWire);
        return { kind: 'service', psd2Enabled, codeLength } as const;
      }),
  };
}
