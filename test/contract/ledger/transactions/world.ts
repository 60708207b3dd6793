import { randomBytes, randomUUID } from 'node:crypto';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type {
  ApprovalFacts,
  NewAttempt,
  NewTransaction,
} from '../../../../webhook/ledger/transactions/transaction-ledger.ts';
import { MINUTE, NOW } from '../world.ts';

export const CLIENT = 'bank';

export const HASH = 'a'.repeat(64);

export const BLOCK_MS = 30 * MINUTE;

/** Ten minutes, as by default. */
export const EXPIRES_AT = NOW + 10 * MINUTE;

export function newTransaction(patch: Partial<NewTransaction> = {}): NewTransaction {
  return {
    id: randomUUID(),
    clientId: CLIENT,
    identityId: randomUUID(),
    details: '{}',
    detailsHash: HASH,
    reference: null,
    redirectUri: 'https://app.example.com/return',
    nonce: randomBytes(32).toString('base64url'),
    idempotencyKey: null,
    hintJti: null,
    expiresAt: EXPIRES_AT,
    ...patch,
  };
}

/** Records an open transaction and returns its id with that of its payer. */
export async function record(ledger: Ledger, patch: Partial<NewTransaction> = {}, now = NOW) {
  const made = newTransaction(patch);
  const recorded = await ledger.transactions.record(now, made);
  if (recorded.kind !== 'made') throw new Error(`it is ${recorded.kind}`);
  return { id: made.id, identityId: made.identityId };
}

type Open = Pick<NewTransaction, 'id' | 'identityId'>;

export function newAttempt({ id, identityId }: Open, patch: Partial<NewAttempt> = {}): NewAttempt {
  const made = { id: randomUUID(), transactionId: id, identityId, factor: 'sms', sessionId: 'session' } as const;
  return { ...made, state: 'started', ...patch };
}

/** Begins an attempt and returns its id with that of its payer. */
export async function begin(ledger: Ledger, open: Open, now = NOW, patch: Partial<NewAttempt> = {}) {
  const made = newAttempt(open, patch);
  const begun = await ledger.transactions.begin(now, made);
  if (typeof begun === 'string') throw new Error(`the transaction or its payer is ${begun}`);
  return { id: made.id, identityId: made.identityId };
}

export function approval(now = NOW): ApprovalFacts {
  const factors = JSON.stringify({ amr: ['pwd', 'sms'], authenticationFactors: [{ knowledge: 'password' }] });
  return { sessionId: 'session', factors, authTime: now - MINUTE, consumeBy: now + 5 * MINUTE };
}

/** Approves a transaction with an attempt of its own. */
export async function approve(ledger: Ledger, open: Open, now = NOW): Promise<void> {
  const attempt = await begin(ledger, open, now);
  const reserved = await ledger.transactions.reserve(now, attempt, BLOCK_MS);
  if (reserved.kind !== 'reserved') throw new Error(`the attempt is ${reserved.why}`);
  const settled = await ledger.transactions.settle(now, attempt, { kind: 'passed', approval: approval(now) });
  if (settled !== 'approved') throw new Error(`it is ${settled}`);
}

export function consumption(id: string, consumeKey: string = randomUUID(), detailsHash = HASH) {
  return { id, clientId: CLIENT, detailsHash, consumeKey, jti: randomUUID() };
}

/** The kinds of the events of a payer, the oldest first. */
export async function kindsOf(ledger: Ledger, identityId: string): Promise<string[]> {
  return (await ledger.events(identityId)).map(({ kind }) => kind);
}
