import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpstreamError, type UpstreamFacts } from '../../../../webhook/errors.ts';
import {
  checkCode,
  failedCheck,
  judgeCode,
  refusedCheck,
  type SentCode,
  SMS_CODE,
} from '../../../../webhook/transactions/sms/check.ts';
import type { CheckedCode, CodeToCheck, TwilioClient, TwilioRefusal } from '../../../../webhook/twilio/types.ts';
import { loggedLines } from '../../../support/logs/lines.ts';

const SENT: SentCode = {
  sid: `VE${'0a'.repeat(16)}`,
  number: '+49 152 00000001',
  amount: '50.00 EUR',
  payee: 'John Doe DE..8603 #4F7K',
};

const CHECKED: CheckedCode = {
  kind: 'checked',
  sid: SENT.sid,
  to: '+4915200000001',
  status: 'approved',
  amount: null,
  payee: null,
};

const AUTH_TIME = 1_780_000_000_000;

const AGAIN = { kind: 'unanswered' };

const NEW_CODE = { kind: 'unanswered', ends: 'expired' };

const OFF = { kind: 'unanswered', ends: 'unavailable' };

const LAST = { kind: 'failed', isLast: true };

describe('a checked code', () => {
  it.each([
    ['null', {}],
    ['echoed', { amount: SENT.amount, payee: SENT.payee }],
  ])('approved, with amount and payee %s, is both elements', (_how, patch) => {
    expect(judgeCode({ ...CHECKED, ...patch }, SENT, AUTH_TIME)).toEqual({
      result: {
        kind: 'passed',
        authTime: AUTH_TIME,
        factors: {
          amr: ['pwd', 'sms', 'otp', 'mfa'],
          authenticationFactors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
        },
      },
    });
  });

  it.each([
    ['another verification', { sid: `VE${'0b'.repeat(16)}` }],
    ['another number', { to: '+4915200000002' }],
    ['another amount', { amount: '5000.00 EUR' }],
    ['another payee', { payee: 'John Doe DE..8603 #4F7L' }],
  ])('approved for %s is the last failure, and reported', (seen, patch) => {
    expect(judgeCode({ ...CHECKED, ...patch }, SENT, AUTH_TIME)).toEqual({ result: LAST, seen });
  });

  it.each([
    ['pending', { kind: 'failed', isLast: false }],
    ['max_attempts_reached', LAST],
    ['failed', LAST],
    ['canceled', NEW_CODE],
    ['deleted', NEW_CODE],
    ['expired', NEW_CODE],
  ])('%s is %j', (status, result) => {
    expect(judgeCode({ ...CHECKED, status }, SENT, AUTH_TIME)).toEqual({ result });
  });

  it.each(['Approved', 'APPROVED', 'approved ', 'toString', ''])(
    'the status %j approves nothing, and is reported',
    (status) => {
      const { result, seen } = judgeCode({ ...CHECKED, status }, SENT, AUTH_TIME);
      expect([result, seen]).toEqual([LAST, expect.any(String)]);
    },
  );
});

describe('any answer to a check', () => {
  const either = <T>(ours: T, ...others: T[]) => fc.constantFrom(ours, ...others);

  it('approves only if the status is approved, and verification, number, amount and payee are ours or not said', () => {
    const answers = fc.record({
      status: either('approved', 'pending', 'canceled', 'failed', 'expired', 'APPROVED', ''),
      sid: either(SENT.sid, SENT.sid.toUpperCase(), ''),
      to: either(CHECKED.to, SENT.number, '+4915200000002', ''),
      amount: either<string | null>(SENT.amount, null, '50.0 EUR', ''),
      payee: either<string | null>(SENT.payee, null, 'John Doe DE..8603 #4F7L', ''),
    });
    let passed = 0;
    fc.assert(
      fc.property(answers, (answer) => {
        const { result, seen } = judgeCode({ kind: 'checked', ...answer }, SENT, AUTH_TIME);
        const isOurs =
          answer.sid === SENT.sid &&
          answer.to === '+4915200000001' &&
          [SENT.amount, null].includes(answer.amount) &&
          [SENT.payee, null].includes(answer.payee);
        expect(result.kind === 'passed').toBe(answer.status === 'approved' && isOurs);
        if (result.kind === 'passed') passed += 1;
        if (answer.status === 'approved' && !isOurs) expect([result, seen]).toEqual([LAST, expect.any(String)]);
        for (const value of [answer.to, answer.amount, answer.payee])
          if (value) expect(seen ?? '').not.toContain(value);
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(passed).toBeGreaterThan(0);
  });
});

describe('a check that was refused', () => {
  it.each<[TwilioRefusal, object]>([
    ['checks-used-up', LAST],
    ['gone', NEW_CODE],
    ['code-refused', AGAIN],
    ['busy', AGAIN],
    ['sends-used-up', AGAIN],
    ['number-refused', OFF],
    ['not-usable', OFF],
    ['misconfigured', OFF],
  ])('%s is %j', (why, expected) => {
    expect(refusedCheck({ why })).toEqual(expected);
  });
});

describe('a check without a usable answer', () => {
  it.each<[Pick<UpstreamFacts, 'failure' | 'status'>, object]>([
    [{ failure: 'unreachable' }, AGAIN],
    [{ failure: 'status', status: 503 }, AGAIN],
    [{ failure: 'timeout' }, NEW_CODE],
    [{ failure: 'interrupted' }, NEW_CODE],
    [{ failure: 'unusable', status: 200 }, NEW_CODE],
    [{ failure: 'status', status: 302 }, OFF],
    [{ failure: 'status', status: 418 }, OFF],
  ])('%j is %j', (facts, expected) => {
    expect(failedCheck(new UpstreamError({ upstream: 'twilio', operation: 'check', ...facts }))).toEqual(expected);
  });
});

describe('checking a code', () => {
  async function run(answer: TwilioClient['checkVerification'], sent = SENT) {
    const asked: CodeToCheck[] = [];
    const { log, lines } = loggedLines();
    const twilio = {
      startVerification: () => Promise.reject(new Error('nothing is started here')),
      checkVerification: (entered: CodeToCheck) => {
        asked.push(entered);
        return answer(entered);
      },
    };
    return { result: await checkCode({ twilio, log }, sent, '271828', AUTH_TIME), lines, asked };
  }

  it('asks with the number, the code and both texts as they were sent, and logs nothing of a success', async () => {
    const { asked, lines, result } = await run(async () => CHECKED);
    expect(asked).toEqual([{ to: '+4915200000001', code: '271828', amount: SENT.amount, payee: SENT.payee }]);
    expect([lines, result.kind]).toEqual([[], 'passed']);
  });

  it('a foreign approval is an error line without number, code and payment', async () => {
    const { lines } = await run(async () => ({ ...CHECKED, to: '+4915200000002' }));
    expect(lines).toEqual([expect.stringMatching('"level":50.*another number')]);
    for (const canary of ['0000000', '271828', '50.00', 'John', SENT.sid]) expect(lines[0]).not.toContain(canary);
  });

  it('wrong credentials are an error line, and any other refusal a warning', async () => {
    const refused = { kind: 'refused', status: 401, code: 20003 } as const;
    const lineOf = async (why: TwilioRefusal) => (await run(async () => ({ ...refused, why }))).lines;
    expect(await lineOf('misconfigured')).toEqual([expect.stringMatching('"level":50.*code 20003')]);
    expect(await lineOf('busy')).toEqual([expect.stringMatching('"level":40.*code 20003')]);
  });

  it('a Twilio that does not answer is no rejection; a mistake of ours is one', async () => {
    const down = new UpstreamError({ upstream: 'twilio', operation: 'check', failure: 'timeout' });
    expect(await run(() => Promise.reject(down))).toMatchObject({
      result: NEW_CODE,
      lines: [expect.stringContaining('"level":40')],
    });
    await expect(run(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });

  it('a number that is none is not asked for', async () => {
    expect(await run(async () => CHECKED, { ...SENT, number: 'none' })).toMatchObject({ result: OFF, asked: [] });
  });

  it.each([
    ['1234', true],
    ['1234567890', true],
    ['123', false],
    ['12345678901', false],
    ['12345x', false],
    ['١٢٣٤', false],
    ['1234\n', false],
  ])('the text %j may be a code: %s', (text, expected) => {
    expect(SMS_CODE.test(text)).toBe(expected);
  });
});
