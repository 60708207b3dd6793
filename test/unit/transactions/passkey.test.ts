import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PayerCredentials } from '../../../webhook/kratos/types.ts';
import { verifyAssertion } from '../../../webhook/passkey/verify.ts';
import type { PayerSession } from '../../../webhook/transactions/factor.ts';
import { createPasskeyFactor, readAssertion } from '../../../webhook/transactions/index.ts';
import type { ApprovalAttempt, Transaction } from '../../../webhook/transactions/model.ts';
import { approvalChallenge } from '../../../webhook/transactions/passkey/challenge.ts';
import { authorizationDetails, recordedDetails } from '../../../webhook/transactions/payment/details.ts';
import { transactionSettings } from '../../../webhook/transactions/settings.ts';
import { createFakeKratos, kratosDown } from '../../support/fakes/kratos.ts';
import { type Behaviour, createAuthenticator } from '../../support/passkey/authenticator.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';
import { blankAttempt, blankTransaction } from '../../support/transactions/rows.ts';

const NOW = Date.UTC(2026, 5, 1);

const YEAR_AGO = NOW - 365 * 24 * HOUR;

const ORIGIN = 'https://verify.example.com';

const RP_ID = 'example.com';

const PAYMENT = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '50.00' },
  creditorName: 'John Doe',
  creditorAccount: { iban: 'DE02100100109307118603' },
};

const CLIENT = {
  name: 'Demo Bank',
  secret_hashes: [`sha256:${'0'.repeat(64)}`],
  redirect_uris: ['https://app.example.com/return'],
  factors: ['passkey'],
};

function settingsOf(passkeys: 'any' | 'device_bound', more: object = {}) {
  return transactionSettings.parse({ clients: { bank: CLIENT }, passkey: { rp_id: RP_ID, passkeys }, ...more });
}

/** A payment as it is recorded. */
function recorded(patch: object = {}, row: Partial<Transaction> = {}): Transaction & { readonly details: string } {
  const [payment] = authorizationDetails.parse([{ ...PAYMENT, ...patch }]);
  const { text: details, hash: detailsHash } = recordedDetails(payment);
  const nonce = 'bm9uY2Utb2YtdGhpcnR5LXR3by1yYW5kb20tYnl0ZXM';
  return { ...blankTransaction, id: randomUUID(), identityId: 'ann', nonce, detailsHash, ...row, details };
}

const attempt: ApprovalAttempt = { ...blankAttempt, id: randomUUID(), identityId: 'ann', factor: 'passkey' };

const session: PayerSession = { id: 's', identityId: 'ann', authenticatedAt: NOW, methods: [], phones: [] };

/** A payer with one passkey, and the factor that judges it. */
function payer({
  passkeys = 'any',
  stored = {},
  credentials = {},
  settings = {},
}: {
  readonly passkeys?: 'any' | 'device_bound';
  readonly stored?: Parameters<typeof createAuthenticator>[0];
  readonly credentials?: Partial<PayerCredentials>;
  readonly settings?: object;
} = {}) {
  const phone = createAuthenticator({ addedAt: NOW - 48 * HOUR, ...stored });
  const kratos = createFakeKratos();
  const { passkey, userHandle } = phone;
  kratos.payers.set('ann', { passkeys: [passkey], unreadable: [], userHandle, createdAt: YEAR_AGO, ...credentials });
  const lines: unknown[][] = [];
  const log = {
    info: (...line: unknown[]) => void lines.push(line),
    warn: (...line: unknown[]) => void lines.push(line),
  };
  const factor = createPasskeyFactor({
    kratos,
    verify: verifyAssertion,
    settings: settingsOf(passkeys, settings),
    publicUrl: ORIGIN,
    log,
  });
  const signs = (transaction: ReturnType<typeof recorded>, behaviour?: Behaviour) =>
    phone.get(
      { challenge: approvalChallenge(transaction, transaction.details), origin: ORIGIN, rpId: RP_ID },
      behaviour,
    );
  return { phone, kratos, factor, lines, signs };
}

const FAILED = { kind: 'failed', isLast: true };

describe('the offer of a passkey', () => {
  it('has what the browser needs: a challenge of this payment, the relying party, and the payer’s own passkeys', async () => {
    const { factor, phone } = payer();
    const transaction = recorded();
    expect(await factor.offer(session, transaction, NOW)).toEqual({
      kind: 'usable',
      options: {
        challenge: approvalChallenge(transaction, transaction.details),
        rpId: RP_ID,
        allowCredentials: [{ type: 'public-key', id: phone.passkey.id }],
        userVerification: 'required',
      },
    });
  });

  it('is not made to a payer without a passkey', async () => {
    const { factor } = payer({ credentials: { passkeys: [] } });
    expect(await factor.offer(session, recorded(), NOW)).toEqual({ kind: 'not-usable', why: 'missing' });
  });

  it('names from when a new passkey counts, and leaves it out beside an old one', async () => {
    const addedAt = NOW - HOUR;
    const young = payer({ stored: { addedAt } });
    const from = addedAt + 24 * HOUR;
    expect(await young.factor.offer(session, recorded(), NOW)).toEqual({ kind: 'not-usable', why: 'too-young', from });
    expect(await young.factor.offer(session, recorded(), from)).toMatchObject({ kind: 'usable' });
    const old = createAuthenticator({ addedAt: NOW - 48 * HOUR }).passkey;
    const both = payer({ credentials: { passkeys: [young.phone.passkey, old] } });
    expect(await both.factor.offer(session, recorded(), NOW)).toMatchObject({
      options: { allowCredentials: [{ id: old.id }] },
    });
  });

  it.each<[string, number | undefined, number, string]>([
    ['in the first hour of the account counts', NOW - 2 * HOUR, NOW - HOUR, 'usable'],
    ['a second after that hour does not', NOW - 2 * HOUR, NOW - HOUR + 1_000, 'not-usable'],
    ['does not where Kratos does not say how old the account is', undefined, NOW - HOUR, 'not-usable'],
  ])('one that was made %s', async (_name, createdAt, addedAt, kind) => {
    const { factor, kratos, phone } = payer({ stored: { addedAt } });
    const account = createdAt === undefined ? {} : { createdAt };
    kratos.payers.set('ann', { passkeys: [phone.passkey], unreadable: [], ...account });
    expect(await factor.offer(session, recorded(), NOW)).toMatchObject({ kind });
  });

  it('counts at once where cooling_off is 0', async () => {
    const { factor } = payer({ stored: { addedAt: NOW + 1_000 }, settings: { cooling_off: 0 } });
    expect(await factor.offer(session, recorded(), NOW)).toMatchObject({ kind: 'usable' });
  });

  it('leaves out synchronised passkeys where they must be bound to a device', async () => {
    const { factor } = payer({ passkeys: 'device_bound', stored: { isSynchronisable: true } });
    expect(await factor.offer(session, recorded(), NOW)).toEqual({ kind: 'not-usable', why: 'missing' });
  });

  it('rejects where Kratos cannot be asked', async () => {
    const { factor, kratos } = payer();
    kratos.instead.payerCredentials = () => kratosDown('read');
    await expect(factor.offer(session, recorded(), NOW)).rejects.toThrow('unreachable');
  });

  it('logs a passkey that cannot be read, by the member that is wrong', async () => {
    const { factor, lines } = payer({ credentials: { unreadable: ['public_key'] } });
    await factor.offer(session, recorded(), NOW);
    expect(lines.map(([fields]) => fields)).toEqual([{ identity: 'ann', seen: 'public_key' }]);
  });
});

describe('the answer of a passkey', () => {
  it('is an approval with two elements, and its evidence', async () => {
    const { factor, phone, signs } = payer();
    const transaction = recorded();
    const assertion = signs(transaction);
    const result = await factor.answer(attempt, transaction, assertion, NOW);
    expect(result).toEqual({
      kind: 'passed',
      factors: {
        amr: ['pop', 'hwk', 'mfa'],
        authenticationFactors: [{ possession: 'passkey_device_bound' }, { knowledge_or_inherence: 'device_unlock' }],
      },
      authTime: NOW,
      evidence: JSON.stringify({
        credential_id: phone.passkey.id,
        public_key: phone.passkey.publicKey,
        authenticator_data: assertion.authenticatorData,
        client_data_json: assertion.clientDataJSON,
        signature: assertion.signature,
      }),
    });
  });

  it('of a synchronised one says so, and does not claim a key in hardware', async () => {
    const { factor, signs } = payer({ stored: { isSynchronisable: true } });
    const transaction = recorded();
    const result = await factor.answer(attempt, transaction, signs(transaction, { isSynchronisable: true }), NOW);
    expect(result).toMatchObject({
      factors: { amr: ['pop', 'mfa'], authenticationFactors: [{ possession: 'passkey_synced' }, expect.anything()] },
    });
  });

  it.each([
    ['amount', { instructedAmount: { currency: 'EUR', amount: '500.00' } }, {}],
    ['currency', { instructedAmount: { currency: 'USD', amount: '50.00' } }, {}],
    ['payee', { creditorName: 'Jane Doe' }, {}],
    ['account', { creditorAccount: { other: 'DE02100100109307118603' } }, {}],
    ['remittance', { remittanceInformationUnstructured: 'Rent' }, {}],
    ['nonce', {}, { nonce: 'YW5vdGhlciBub25jZQ' }],
    ['transaction with the same payment', {}, { id: randomUUID() }],
  ])('for a payment with another %s is a failure', async (_name, patch, row) => {
    const { factor, signs, lines } = payer();
    const transaction = recorded();
    const other = recorded(patch, { id: transaction.id, ...row });
    expect(await factor.answer(attempt, transaction, signs(other), NOW)).toEqual(FAILED);
    expect(lines).toEqual([[{ identity: 'ann', seen: 'challenge' }, expect.any(String)]]);
  });

  it.each<[string, Behaviour, string]>([
    ['without user verification', { isUserVerified: false }, 'user-verification'],
    ['by an old counter', { counter: 3 }, 'counter'],
    ['of another owner', { userHandle: 'Ym9i' }, 'owner'],
  ])('%s is a failure', async (_name, behaviour, seen) => {
    const { factor, signs, lines } = payer({ stored: { signCount: 3 } });
    const transaction = recorded();
    expect(await factor.answer(attempt, transaction, signs(transaction, behaviour), NOW)).toEqual(FAILED);
    expect(lines.map(([fields]) => fields)).toEqual([{ identity: 'ann', seen }]);
  });

  it.each([
    ['that the payer does not have', { passkeys: [] }],
    ['of somebody else', { passkeys: [createAuthenticator({ addedAt: YEAR_AGO }).passkey] }],
  ])('by a passkey %s is a failure, though its signature is right', async (_name, credentials) => {
    const { factor, signs, lines } = payer({ credentials });
    const transaction = recorded();
    expect(await factor.answer(attempt, transaction, signs(transaction), NOW)).toEqual(FAILED);
    expect(lines.map(([fields]) => fields)).toEqual([{ identity: 'ann', seen: 'not-counting' }]);
  });

  it('by a passkey that is too young is a failure, though the page never offered it', async () => {
    const { factor, signs } = payer({ stored: { addedAt: NOW - MINUTE } });
    const transaction = recorded();
    expect(await factor.answer(attempt, transaction, signs(transaction), NOW)).toEqual(FAILED);
  });

  it('of a synchronised passkey is a failure where they must be bound to a device, also where Kratos has not stored it', async () => {
    const transaction = recorded();
    const known = payer({ passkeys: 'device_bound', stored: { isSynchronisable: true } });
    const signed = known.signs(transaction, { isSynchronisable: true });
    expect(await known.factor.answer(attempt, transaction, signed, NOW)).toEqual(FAILED);
    const old = payer({ passkeys: 'device_bound' });
    const { isSynchronisable: _, ...passkey } = old.phone.passkey;
    old.kratos.payers.set('ann', { passkeys: [passkey], unreadable: [], createdAt: YEAR_AGO });
    const copied = old.signs(transaction, { isSynchronisable: true });
    expect(await old.factor.answer(attempt, transaction, copied, NOW)).toEqual(FAILED);
    expect(await old.factor.answer(attempt, transaction, old.signs(transaction), NOW)).toMatchObject({
      kind: 'passed',
    });
  });

  it('is judged by nobody while Kratos cannot be asked', async () => {
    const { factor, kratos, signs } = payer();
    kratos.instead.payerCredentials = () => kratosDown('read');
    const transaction = recorded();
    expect(await factor.answer(attempt, transaction, signs(transaction), NOW)).toEqual({ kind: 'unanswered' });
  });
});

describe('the field of the form', () => {
  const { signs } = payer();
  const assertion = signs(recorded());

  it('is read as the assertion that the script wrote, with and without an owner', () => {
    expect(readAssertion(JSON.stringify(assertion))).toEqual(assertion);
    const { userHandle: _, ...without } = assertion;
    expect(readAssertion(JSON.stringify({ ...without, userHandle: null }))).toEqual(without);
  });

  it.each([
    ['nothing', undefined],
    ['two fields', [JSON.stringify(assertion), JSON.stringify(assertion)]],
    ['no JSON', '{'],
    ['no object', '1'],
    ['no signature', JSON.stringify({ ...assertion, signature: undefined })],
    ['standard base64', JSON.stringify({ ...assertion, signature: '+/8=' })],
    ['an object that has a length', JSON.stringify({ ...assertion, signature: { length: { toString: 1 } } })],
    ['a number', JSON.stringify({ ...assertion, credentialId: 1 })],
    ['too much', JSON.stringify({ ...assertion, signature: 'A'.repeat(8_193) })],
  ])('with %s is no answer', (_name, field) => {
    expect(readAssertion(field)).toBeUndefined();
  });
});
