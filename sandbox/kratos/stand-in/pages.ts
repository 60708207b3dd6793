import type { IdentityRow } from './records.ts';
import { badRequest } from './refusals.ts';

const DEFAULT = 250;
/** Kratos cuts off there, whatever its documentation says. */
const MOST = 500;

/** One page of the list: whose `page_token` is the place among all, and which links go with it (kratos.md §7). */
export function pageOf(all: readonly IdentityRow[], url: string): { rows: readonly IdentityRow[]; links: string } {
  const query = new URL(url, 'http://kratos.invalid').searchParams;
  const size = Math.min(MOST, Number(query.get('page_size') ?? DEFAULT));
  const start = placeOf(query.get('page_token'));
  const rows = all.slice(start, start + size);
  const links = [link(size, 0, 'first')];
  if (start + size < all.length) links.push(link(size, start + size, 'next'));
  return { rows, links: links.join(',') };
}

function placeOf(token: string | null): number {
  if (token === null) return 0;
  const place = /^place-(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (place === undefined) throw badRequest('The page token is invalid, do not craft your own page tokens');
  return Number(place);
}

function link(size: number, place: number, rel: string): string {
  const token = Buffer.from(`place-${place}`).toString('base64url');
  return `</admin/identities?page_size=${size}&page_token=${token}>; rel="${rel}"`;
}
