import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../../webhook/errors.ts';
import { type NotSent, sendCode } from '../../../../webhook/transactions/sms/send.ts';
import type { CodeRequest, TwilioClient, TwilioRefusal } from '../../../../webhook/twilio/types.ts';
import { loggedLines } from '../../../support/logs/lines.ts';

const ADDRESS = {
  number: '+49 152 00000001',
  amount: '50.00 EUR',
  payee: 'John Doe DE..8603 #4F7K',
  locale: 'de',
};

async function run(answer: TwilioClient['startVerification'], address = ADDRESS) {
  const asked: CodeRequest[] = [];
  const { log, lines } = loggedLines();
  const twilio = {
    startVerification: (request: CodeRequest) => {
      asked.push(request);
      return answer(request);
    },
    checkVerification: () => Promise.reject(new Error('nothing is checked here')),
  };
  return { sent: await sendCode({ twilio, log }, address), lines, asked };
}

describe('sending a code', () => {
  it('asks with the number in its one format, and returns the id of the verification', async () => {
    const { sent, asked, lines } = await run(async () => ({ kind: 'started', sid: 'VE0' }));
    expect(sent).toEqual({ kind: 'sent', sid: 'VE0' });
    expect(asked).toEqual([{ to: '+4915200000001', amount: ADDRESS.amount, payee: ADDRESS.payee, locale: 'de' }]);
    expect(lines).toEqual([]);
  });

  it.each<[TwilioRefusal, NotSent, number]>([
    ['number-refused', 'number-refused', 40],
    ['not-usable', 'not-usable', 40],
    ['sends-used-up', 'later', 40],
    ['checks-used-up', 'later', 40],
    ['busy', 'busy', 40],
    ['misconfigured', 'off', 50],
    ['gone', 'off', 50],
    ['code-refused', 'off', 50],
  ])(
    'a start that is refused as %s sends nothing: %s, and a line of level %i without a personal datum',
    async (refusal, why, level) => {
      const { sent, lines } = await run(async () => ({ kind: 'refused', why: refusal, status: 400, code: 60999 }));
      expect(sent).toEqual({ kind: 'not-sent', why });
      expect(lines).toEqual([expect.stringMatching(`"level":${level},.*code 60999`)]);
      for (const canary of ['0000000', '50.00', 'John']) expect(lines[0]).not.toContain(canary);
    },
  );

  it('a number that is none is refused without asking', async () => {
    const { sent, asked } = await run(async () => ({ kind: 'started', sid: 'VE0' }), { ...ADDRESS, number: '110' });
    expect([sent, asked]).toEqual([{ kind: 'not-sent', why: 'number-refused' }, []]);
  });

  it('a Twilio that does not answer rejects', async () => {
    const down = new UpstreamError({ upstream: 'twilio', operation: 'start', failure: 'timeout' });
    await expect(run(() => Promise.reject(down))).rejects.toBe(down);
  });
});
