import { hash, randomBytes } from 'node:crypto';
import type { LinkPurpose, OneTimeLink } from '../../model.ts';
import type { Context } from '../context.ts';
import type { Person } from './person.ts';
import { recordOf } from './view.ts';

/** 128 random bits cannot be guessed, so the hash may be looked up in variable time. */
const RANDOM_BYTES = 16;

const TOKEN = /^[A-Za-z0-9_-]{22}$/;

const MINUTE_MS = 60_000;

const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long a link is valid: one of an operator is sent to a person, any other is used at once. */
const LIFETIME_MS: Readonly<Record<LinkPurpose, number>> = {
  'way-on': 10 * MINUTE_MS,
  handover: 10 * MINUTE_MS,
  phone: 10 * MINUTE_MS,
  restart: 7 * DAY_MS,
};

/** Options of `issueLink`. */
export interface LinkOptions {
  readonly purpose: LinkPurpose;
  /** A key, e.g. the id of a Kratos flow: of one purpose and key, only the newest link works. */
  readonly onlyOneFor?: string;
  /** Checked against the allow-list. */
  readonly returnTo?: string | null;
  /** The operator who made it, for its event. */
  readonly by?: string;
}

/** The identity whose verification a link opens, where the person goes in the end, and when the link ends. */
export type RedeemedLink = Pick<OneTimeLink, 'identityId' | 'purpose' | 'returnTo' | 'endsAt'>;

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

/**
 * Returns a new one-time link, and what stores it: `link` and `event` belong into the change that it follows from.
 */
export function newLink(identityId: string, { purpose, onlyOneFor, returnTo = null, by }: LinkOptions, now: number) {
  const token = randomBytes(RANDOM_BYTES).toString('base64url');
  const link: OneTimeLink = {
    hash: hashOf(token),
    identityId,
    purpose,
    replaces: onlyOneFor === undefined ? null : `${purpose}:${onlyOneFor}`,
    returnTo,
    madeAt: now,
    endsAt: now + LIFETIME_MS[purpose],
    usedAt: null,
  };
  return { token, link, event: { kind: 'address_issued', detail: { purpose, ...(by !== undefined && { by }) } } };
}

/** A new one-time link. */
export interface IssuedLink {
  /** A secret: it goes into `linkUrl` only. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/**
 * Makes a one-time link for a person whom Kratos or an operator has authenticated. An identity without a row gets one that
 * inherits the status of the published copy (decision 8).
 * @throws LedgerUnavailable if the link could not be stored
 */
export async function issueLink(ctx: Context, person: Person, options: LinkOptions): Promise<IssuedLink> {
  const now = ctx.clock.now();
  const { token, link, event } = newLink(person.identityId, options, now);
  await ctx.ledger.change(person.identityId, now, (found) => ({
    record: found ?? recordOf(person, now),
    events: [event],
    link,
  }));
  return { token, endsAt: link.endsAt };
}

/**
 * Makes the one-time link with which a person at a computer goes on with their phone; it withdraws the older one. A page
 * shows one each time that it is opened, so only its use is an event. Undefined: the ledger does not have the identity, and
 * to open a page makes no row; or it is erased.
 * @throws LedgerUnavailable if the link could not be stored
 */
export async function issuePhoneLink(
  ctx: Context,
  identityId: string,
  returnTo: string | null,
): Promise<IssuedLink | undefined> {
  const now = ctx.clock.now();
  const { token, link } = newLink(identityId, { purpose: 'phone', onlyOneFor: identityId, returnTo }, now);
  const found = await ctx.ledger.change(identityId, now, (record) =>
    record === undefined || record.identity.erasedAt !== null ? undefined : { record, link },
  );
  return found && found.identity.erasedAt === null ? { token, endsAt: link.endsAt } : undefined;
}

/**
 * Makes the row of a person whom the ledger does not have, so that the page that follows can make a link.
 * @throws LedgerUnavailable if it could not be stored
 */
export async function makeRow(ctx: Context, person: Person): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(person.identityId, now, (found) => (found ? undefined : { record: recordOf(person, now) }));
}

/** Returns the link of a token without redeeming it; undefined: see `redeemLink`. */
export async function findLink(ctx: Context, token: string): Promise<RedeemedLink | undefined> {
  return TOKEN.test(token) ? ctx.ledger.link(hashOf(token), ctx.clock.now()) : undefined;
}

/**
 * Redeems a link: of several requests with the same token one succeeds. Undefined: the link never existed, was redeemed or
 * replaced, or has ended.
 * @throws LedgerUnavailable if it could not be redeemed; it is then still valid
 */
export async function redeemLink(ctx: Context, token: string): Promise<RedeemedLink | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const eventOf = ({ purpose }: OneTimeLink) => ({ kind: 'address_used', detail: { purpose } });
  return ctx.ledger.redeem(hashOf(token), ctx.clock.now(), eventOf);
}

/** Returns the URL of the confirm page. It has one button, so that a program that only opens the URL redeems nothing. */
export function linkUrl(publicUrl: string, token: string): string {
  const url = new URL('/jumio/enter', publicUrl);
  url.searchParams.set('code', token);
  return url.href;
}
