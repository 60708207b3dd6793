import type { Observe } from '../upstream/http.ts';

/**
 * What a refusal of Twilio means (docs/reference/twilio.md#5-error-codes).
 * `number-refused`: it sends to no such number. `code-refused`: the text is no code; nobody has judged it.
 * `checks-used-up`, `sends-used-up`: five of them, until the verification expires. `not-usable`: not for this person now.
 * `busy`: to be tried again. `gone`: there is no such verification any more.
 * `misconfigured`: nobody gets a code until the operator has acted.
 */
export type TwilioRefusal =
  | 'number-refused'
  | 'code-refused'
  | 'checks-used-up'
  | 'sends-used-up'
  | 'not-usable'
  | 'misconfigured'
  | 'busy'
  | 'gone';

/** An answer that is no 2xx and whose meaning is documented. Carries no byte of its text, which may repeat a phone number. */
export interface TwilioRefused {
  readonly kind: 'refused';
  readonly why: TwilioRefusal;
  readonly status: number;
  /** Twilio's code; undefined: the answer has none. */
  readonly code?: number;
  /** Milliseconds that Twilio asked us to wait. */
  readonly retryAfter?: number;
}

/** A code for one payment, to one number. */
export interface CodeRequest {
  /** In the format E.164. */
  readonly to: string;
  /** As it is shown in the message, and sent again at the check. */
  readonly amount: string;
  readonly payee: string;
  /** The language that the payer reads, a tag; sent if it is one of the service's own. */
  readonly locale?: string;
}

/** A code that somebody entered, with what it was sent for. */
export interface CodeToCheck extends Pick<CodeRequest, 'to' | 'amount' | 'payee'> {
  readonly code: string;
}

/** What Twilio says of a checked code. A wrong code is `pending`. */
export interface CheckedCode {
  readonly kind: 'checked';
  readonly sid: string;
  readonly to: string;
  /** As Twilio sends it, undocumented ones included. */
  readonly status: string;
  /** Null: Twilio does not say. */
  readonly amount: string | null;
  readonly payee: string | null;
}

/** A Verify service, as far as payments depend on it. */
export interface VerifyService {
  readonly kind: 'service';
  /** Whether amount and payee are required and count; without it they may be ignored. */
  readonly psd2Enabled: boolean;
  /** Digits of a code; undefined: Twilio does not say. */
  readonly codeLength: number | undefined;
}

/** The client of one Verify service of Twilio. Every method rejects with `UpstreamError` only, where Twilio has not decided. */
export interface TwilioClient {
  /** Sends a code by SMS. Idempotent at Twilio: for the same number, amount and payee it sends the same code again. */
  startVerification(request: CodeRequest): Promise<{ readonly kind: 'started'; readonly sid: string } | TwilioRefused>;
  /** Has a code judged. After a rejection other than `unreachable` it may have been. */
  checkVerification(entered: CodeToCheck): Promise<CheckedCode | TwilioRefused>;
  /** Ends a verification, so that its code approves nothing any more. */
  cancel(sid: string): Promise<{ readonly kind: 'canceled' } | TwilioRefused>;
  /** Reads the service: costs nothing, and sends nothing. */
  readService(): Promise<VerifyService | TwilioRefused>;
}

/** Options of `createTwilioClient`. */
export interface TwilioClientOptions {
  /** E.g. `https://verify.twilio.com`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The SID of the Verify service, `VA…`. */
  readonly serviceSid: string;
  readonly userAgent: string;
  /** Milliseconds for each call. */
  readonly deadline?: number;
  /** Receives every call. */
  readonly observe?: Observe;
}
