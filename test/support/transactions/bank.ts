import { hash, randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { createSigningKeys } from '../../../webhook/signing/index.ts';
import { type AnswerOutcome, judgeAnswer, type TransactionContext } from '../../../webhook/transactions/index.ts';
import { WITH_TWILIO } from '../service/environment.ts';
import { PUBLIC_URL, type TestService, type TestServiceOptions, testService } from '../service/service.ts';
import { createFakeFactor, type FakeAnswer } from './fake-factor.ts';

/** The client of the tests. Its secrets are canaries: no log line may have one. */
export const BANK = {
  id: 'bank-web',
  secret: 'canary-of-the-client-of-payments',
  oldSecret: 'canary-of-the-old-client-of-payments',
  redirectUri: 'https://app.example.com/pay/return',
};

/** Another client, which must see nothing of the first. */
export const SHOP = { id: 'shop', secret: 'canary-of-the-other-client-of-payments' };

const hashOf = (secret: string): string => `sha256:${hash('sha256', secret, 'hex')}`;

const SETTINGS = `
clients:
  ${BANK.id}:
    name: Demo Bank
    secret_hashes: ["${hashOf(BANK.secret)}", "${hashOf(BANK.oldSecret)}"]
    redirect_uris: [${BANK.redirectUri}]
    factors: [sms]
  ${SHOP.id}:
    name: Demo Shop
    secret_hashes: ["${hashOf(SHOP.secret)}"]
    redirect_uris: [https://shop.example.com/return]
    factors: [sms]
`;

/** The environment of a service with payments. */
export const WITH_TRANSACTIONS = { TRANSACTIONS: SETTINGS, ...WITH_TWILIO };

/** What is paid in these tests; what people could read of it in a log is a canary. */
export const PAYMENT = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '50.00' },
  creditorName: 'canary-of-the-payee',
  creditorAccount: { iban: 'DE02100100109307118603' },
  remittanceInformationUnstructured: 'canary-of-the-remittance',
};

/** A body that records a payment. */
export function recordOf(patch: object = {}): object {
  return { sub: randomUUID(), redirect_uri: BANK.redirectUri, authorization_details: [PAYMENT], ...patch };
}

/** The caller of a request; by default the bank. */
export interface Asking {
  readonly client?: { readonly id: string; readonly secret: string };
  readonly key?: string;
}

/** A service with payments, and what a client, a payer and an operator do with it. */
export interface Bank extends TestService {
  readonly payments: TransactionContext;
  readonly ask: (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: object,
    asking?: Asking,
  ) => Promise<LightMyRequestResponse>;
  /** Records a payment and returns its id. */
  readonly record: (patch?: object) => Promise<string>;
  /** Has an answer judged in a new attempt of the payer. */
  readonly answer: (id: string, answer: FakeAnswer) => Promise<AnswerOutcome>;
  readonly consume: (id: string, key: string, payment?: object) => Promise<LightMyRequestResponse>;
}

export function authorization({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

async function answerOf(ctx: TransactionContext, id: string, answer: FakeAnswer): Promise<AnswerOutcome> {
  const { transactions } = ctx.ledger;
  const transaction = await transactions.find(id);
  if (transaction === undefined) throw new Error('there is no such transaction');
  const made = { id: randomUUID(), transactionId: id, identityId: transaction.identityId } as const;
  const attempt = await transactions.begin(ctx.clock.now(), {
    ...made,
    factor: 'sms',
    sessionId: 'a-session',
    state: 'started',
  });
  if (typeof attempt === 'string') return { kind: 'refused', why: attempt };
  return judgeAnswer(ctx, createFakeFactor(), { attempt, transaction, locale: 'de' }, answer);
}

/** What a client, a payer and an operator do with a service that has payments. */
export function bankOf(service: TestService): Bank {
  const { ledger, clock, newId, log } = service.ctx;
  const { TRANSACTIONS: settings } = service.config;
  if (settings === undefined) throw new Error('the payments are not configured');
  const keys = createSigningKeys(ledger.transactions);
  const ctx: TransactionContext = {
    ledger,
    clock,
    newId,
    log,
    settings,
    keys,
    publicUrl: service.config.PUBLIC_URL ?? PUBLIC_URL,
  };

  const ask: Bank['ask'] = (method, url, body, { client = BANK, key } = {}) => {
    const headers = {
      authorization: authorization(client),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    return service.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  };

  return {
    ...service,
    payments: ctx,
    ask,
    record: async (patch) => (await ask('POST', '/transactions', recordOf(patch))).json().id,
    answer: (id, answer) => answerOf(ctx, id, answer),
    consume: (id, key, payment = PAYMENT) =>
      ask('POST', `/transactions/${id}/consume`, { authorization_details: [payment] }, { key }),
  };
}

/** Builds such a service for one test. */
export async function bank(options: TestServiceOptions = {}): Promise<Bank> {
  return bankOf(await testService({ ...options, env: { ...WITH_TRANSACTIONS, ...options.env } }));
}
