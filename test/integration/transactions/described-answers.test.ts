import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';
import { testService } from '../../support/service/service.ts';
import { authorization, BANK, type Bank, bank, PAYMENT, recordOf } from '../../support/transactions/bank.ts';

/* The answers about payments that no other test is about: what goes wrong in the same way everywhere. */

/** A context whose ledger fails in whatever is asked of payments. */
function failing(error: Error) {
  return (ctx: Context): Context => {
    const methods = Object.keys(ctx.ledger.transactions);
    const broken = Object.fromEntries(methods.map((name) => [name, () => Promise.reject(error)]));
    return { ...ctx, ledger: { ...ctx.ledger, transactions: { ...ctx.ledger.transactions, ...broken } } };
  };
}

const CONSUME = `/transactions/${randomUUID()}/consume`;

const CALLS: Readonly<Record<string, (service: Bank) => ReturnType<Bank['ask']>>> = {
  recordTransaction: ({ ask }) => ask('POST', '/transactions', recordOf()),
  findTransaction: ({ ask }) => ask('GET', '/transactions?hint_jti=a'),
  getTransaction: ({ ask }) => ask('GET', `/transactions/${randomUUID()}`),
  consumeApproval: ({ ask }) => ask('POST', CONSUME, { authorization_details: [PAYMENT] }, { key: 'a' }),
  cancelTransaction: ({ ask }) => ask('DELETE', `/transactions/${randomUUID()}`),
  getSigningKeys: ({ ask }) => ask('GET', '/.well-known/jwks.json'),
};

describe('an operation of payments as it is described', () => {
  it.each(Object.entries(CALLS))('%s: a ledger that fails', async (_id, call) => {
    const service = await bank({ ctx: failing(new LedgerUnavailable('the disk is full')), idle: true });
    const answer = await call(service);
    expect(answer.json()).toMatchObject({ status: 503, code: 'ledger-down' });
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).not.toContain('disk');
  });

  it.each(Object.entries(CALLS))('%s: an error that nobody expected', async (_id, call) => {
    const service = await bank({ ctx: failing(new TypeError('a bug')), idle: true });
    const answer = await call(service);
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal-error' });
    expect(answer.body).not.toContain('a bug');
  });

  it.each(['/transactions', CONSUME])('%s: a body that is too large, and one that is no JSON', async (url) => {
    const { app } = await bank();
    const headers = { authorization: authorization(BANK), 'idempotency-key': 'a', 'content-type': 'application/json' };
    const large = JSON.stringify({ sub: 'x'.repeat(1_100_000) });
    expect((await app.inject({ method: 'POST', url, headers, payload: large })).statusCode).toBe(413);
    const xml = { ...headers, 'content-type': 'application/xml' };
    expect((await app.inject({ method: 'POST', url, headers: xml, payload: '<a/>' })).statusCode).toBe(415);
  });

  it('without TRANSACTIONS there is no such resource', async () => {
    const { app } = await testService();
    const headers = { authorization: authorization(BANK) };
    const answers = await Promise.all([
      app.inject({ method: 'POST', url: '/transactions', headers, payload: recordOf() }),
      app.inject({ method: 'GET', url: '/.well-known/openid-configuration' }),
    ]);
    expect(answers.map((answer) => answer.json().code)).toEqual(['not-found', 'not-found']);
  });
});
