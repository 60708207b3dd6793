import { hash, randomBytes } from 'node:crypto';
import type { Address, AddressPurpose } from '../../model.ts';
import type { Desk } from '../context.ts';
import { settle } from '../record/index.ts';
import type { Person } from './person.ts';
import { meetPerson } from './view.ts';

/** 128 random bits: nobody guesses one, so that its hash may be looked up like any other key. */
const RANDOM_BYTES = 16;

const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** What a one-time address is made for, and how long it is good. */
export interface Issue {
  readonly purpose: AddressPurpose;
  readonly lifetimeMs: number;
  /** E.g. the id of a Kratos flow: a new address of the same purpose and key withdraws the older. */
  readonly replaces?: string;
  /** Already judged by the allow-list. */
  readonly returnTo?: string | null;
}

/** Whom an address lets in, and where they want to go. */
export type Redeemed = Pick<Address, 'identityId' | 'purpose' | 'returnTo'>;

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

function addressOf(token: string, identityId: string, issue: Issue, now: number): Address {
  const { purpose, replaces, returnTo = null, lifetimeMs } = issue;
  return {
    hash: hashOf(token),
    identityId,
    purpose,
    replaces: replaces === undefined ? null : `${purpose}:${replaces}`,
    returnTo,
    madeAt: now,
    endsAt: now + lifetimeMs,
    usedAt: null,
  };
}

/**
 * Makes a one-time address for somebody whom Kratos, or an operator, vouches for now; where the ledger has no row of
 * them, one is made that inherits what their published copy shows, as a session's would (decision 8).
 * The token is the caller's alone: it goes into `enterUrl` and nowhere else. Rejects with `LedgerUnavailable`.
 */
export async function issueAddress(desk: Desk, person: Person, issue: Issue): Promise<string> {
  const now = desk.clock.now();
  const token = randomBytes(RANDOM_BYTES).toString('base64url');
  const address = addressOf(token, person.identityId, issue, now);
  const event = { kind: 'address_issued', detail: { purpose: issue.purpose } };
  await desk.ledger.change(person.identityId, now, (found) => {
    const snapshot = found ?? settle(meetPerson(person, now), now).snapshot;
    return { snapshot, events: [event], address };
  });
  return token;
}

/** Whom a token would let in; it is not used up by asking. */
export async function lookUpAddress(desk: Desk, token: string): Promise<Redeemed | undefined> {
  return TOKEN.test(token) ? desk.ledger.address(hashOf(token), desk.clock.now()) : undefined;
}

/**
 * Uses an address up: of many who come with the same token one is let in. `undefined`: it was never made, was used,
 * was replaced, or has ended. Rejects with `LedgerUnavailable`, and then it is not used up.
 */
export async function redeemAddress(desk: Desk, token: string): Promise<Redeemed | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const noted = ({ purpose }: Address) => ({ kind: 'address_used', detail: { purpose } });
  return desk.ledger.redeem(hashOf(token), desk.clock.now(), noted);
}

/** Where a person goes with a token: a page with one button, so that whoever only looks at the address spends nothing. */
export function enterUrl(publicUrl: string, token: string): string {
  const url = new URL('/jumio/enter', publicUrl);
  url.searchParams.set('code', token);
  return url.href;
}
