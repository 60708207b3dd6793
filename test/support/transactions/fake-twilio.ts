import type { TwilioClient } from '../../../webhook/twilio/types.ts';

/** The code that the last message had. A canary: no log line may have it. */
export const CODE = '271828';

/** A Twilio behind the interface of the client, without a socket: every code is `CODE`. */
export interface FakeTwilio extends TwilioClient {
  readonly started: Parameters<TwilioClient['startVerification']>[0][];
  readonly checked: Parameters<TwilioClient['checkVerification']>[0][];
  /** Replacements of methods, while set. */
  readonly instead: { -readonly [Name in keyof TwilioClient]?: TwilioClient[Name] | undefined };
}

export function createFakeTwilio(): FakeTwilio {
  const started: FakeTwilio['started'] = [];
  const checked: FakeTwilio['checked'] = [];
  const instead: FakeTwilio['instead'] = {};
  const sids = new Map<string, string>();
  const keyOf = ({ to, amount, payee }: { to: string; amount: string; payee: string }) => `${to} ${amount} ${payee}`;
  return {
    started,
    checked,
    instead,
    startVerification: async (request) => {
      started.push(request);
      if (instead.startVerification) return instead.startVerification(request);
      const key = keyOf(request);
      const sid = sids.get(key) ?? `VE${`${sids.size}`.padStart(32, '0')}`;
      sids.set(key, sid);
      return { kind: 'started', sid };
    },
    checkVerification: async (entered) => {
      checked.push(entered);
      if (instead.checkVerification) return instead.checkVerification(entered);
      const sid = sids.get(keyOf(entered));
      if (sid === undefined) return { kind: 'refused', why: 'gone', status: 404, code: 20404 };
      const status = entered.code === CODE ? 'approved' : 'pending';
      return { kind: 'checked', sid, to: entered.to, status, amount: null, payee: null };
    },
    cancel: async () => ({ kind: 'canceled' }),
    readService: async () =>
      instead.readService ? instead.readService() : { kind: 'service', psd2Enabled: true, codeLength: 6 },
  };
}
