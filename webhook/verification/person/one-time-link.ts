import { hash, randomBytes } from 'node:crypto';
import type { LinkPurpose, OneTimeLink } from '../../model.ts';
import type { Context } from '../context.ts';
import type { Person } from './person.ts';
import { recordOf } from './view.ts';

/** 128 random bits: nobody guesses one, so that its hash may be looked up like any other key. */
const RANDOM_BYTES = 16;

const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** What a one-time address is made for, and how long it is good. */
export interface LinkOptions {
  readonly purpose: LinkPurpose;
  readonly lifetimeMs: number;
  /** E.g. the id of a Kratos flow: a new address of the same purpose and key withdraws the older. */
  readonly replaces?: string;
  /** Already judged by the allow-list. */
  readonly returnTo?: string | null;
}

/** Whom an address lets in, and where they want to go. */
export type RedeemedLink = Pick<OneTimeLink, 'identityId' | 'purpose' | 'returnTo'>;

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

function linkOf(token: string, identityId: string, issue: LinkOptions, now: number): OneTimeLink {
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
export async function issueLink(ctx: Context, person: Person, issue: LinkOptions): Promise<string> {
  const now = ctx.clock.now();
  const token = randomBytes(RANDOM_BYTES).toString('base64url');
  const link = linkOf(token, person.identityId, issue, now);
  const event = { kind: 'address_issued', detail: { purpose: issue.purpose } };
  await ctx.ledger.change(person.identityId, now, (found) => ({
    record: found ?? recordOf(person, now),
    events: [event],
    link,
  }));
  return token;
}

/** Whom a token would let in; it is not used up by asking. */
export async function findLink(ctx: Context, token: string): Promise<RedeemedLink | undefined> {
  return TOKEN.test(token) ? ctx.ledger.link(hashOf(token), ctx.clock.now()) : undefined;
}

/**
 * Uses an address up: of many who come with the same token one is let in. `undefined`: it was never made, was used,
 * was replaced, or has ended. Rejects with `LedgerUnavailable`, and then it is not used up.
 */
export async function redeemLink(ctx: Context, token: string): Promise<RedeemedLink | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const noted = ({ purpose }: OneTimeLink) => ({ kind: 'address_used', detail: { purpose } });
  return ctx.ledger.redeem(hashOf(token), ctx.clock.now(), noted);
}

/** Where a person goes with a token: a page with one button, so that whoever only looks at the address spends nothing. */
export function linkUrl(publicUrl: string, token: string): string {
  const url = new URL('/jumio/enter', publicUrl);
  url.searchParams.set('code', token);
  return url.href;
}
