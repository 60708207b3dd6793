import { afterAll, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../../sandbox/twilio/settings.ts';
import { startTwilioSandbox, type TwilioSandbox } from '../../../sandbox/twilio/start.ts';

export const SERVICE = `/v2/Services/${DEFAULT_SETTINGS.serviceSid}`;

export const TO = '+4915200000001';

/** A start that every setting of the sandbox accepts, unless PSD2 mode is off and refuses amounts. */
export const PAYMENT = { Amount: '50.00 EUR', Payee: 'John Doe DE..8603 #4F7K' };

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const messagesSchema = z.object({
  messages: z.array(
    z.object({ to: z.string(), code: z.string(), text: z.string(), locale: z.string(), verificationSid: z.string() }),
  ),
});

const callsSchema = z.object({ calls: z.array(z.looseObject({ kind: z.string(), status: z.number().nullable() })) });

const sidSchema = z.object({ sid: z.string() });

type Form = Readonly<Record<string, string>>;

/** One sandbox per file, reset before each test; used over HTTP only. */
export function useTwilio() {
  let sandbox: TwilioSandbox;
  beforeAll(async () => {
    sandbox = await startTwilioSandbox();
  });
  afterAll(() => sandbox.stop());
  beforeEach(async () => {
    await control('reset', {});
  });

  async function send(method: string, path: string, body?: string, headers: Form = {}): Promise<Answered> {
    const response = await fetch(new URL(path, sandbox.url), {
      method,
      redirect: 'manual',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  }

  /** A control request that must succeed. */
  async function control(path: string, body?: object): Promise<unknown> {
    const answer = await (body === undefined
      ? send('GET', `/control/${path}`)
      : send('POST', `/control/${path}`, JSON.stringify(body), { 'content-type': 'application/json' }));
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  }

  const authorization = basic(DEFAULT_SETTINGS.apiKey, DEFAULT_SETTINGS.apiSecret);

  /** A call of the API: a form, or a GET without one. */
  function api(path: string, form?: Form, headers: Form = { authorization }): Promise<Answered> {
    if (form === undefined) return send('GET', `${SERVICE}${path}`, undefined, headers);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return send('POST', `${SERVICE}${path}`, new URLSearchParams(form).toString(), { ...type, ...headers });
  }

  const start = (more: Form = {}) => api('/Verifications', { To: TO, Channel: 'sms', ...PAYMENT, ...more });

  async function messages(to?: string) {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    return messagesSchema.parse(await control(`messages${query}`)).messages;
  }

  async function lastCode(): Promise<string> {
    return (await messages()).at(-1)?.code ?? '';
  }

  return {
    url: () => sandbox.url,
    send,
    api,
    start,
    /** Starts a verification and returns its id. */
    started: async (more: Form = {}) => sidSchema.parse((await start(more)).json).sid,
    check: (code: string, more: Form = {}) => api('/VerificationCheck', { To: TO, Code: code, ...PAYMENT, ...more }),
    control,
    messages,
    lastCode,
    /** A code that is wrong for the last message. */
    wrongCode: async () => {
      const code = await lastCode();
      return code.replace(/^\d/, (digit) => `${(Number(digit) + 1) % 10}`);
    },
    calls: async () => callsSchema.parse(await control('calls')).calls,
    advance: (seconds: number) => control('time', { advanceSeconds: seconds }),
  };
}

/** The value of an `Authorization` header. */
export function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
