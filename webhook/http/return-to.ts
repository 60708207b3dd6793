import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { View } from '../verification/person/index.ts';

/** A `return_to` that may be followed, as a whole URL; null for any other. */
export type ReturnTo = (presented: string | undefined) => string | null;

function parse(text: string): URL | undefined {
  // Browsers drop tab, CR and LF and read `\` as `/`: a text that needs that is nobody's honest URL.
  const isPlain = /^https?:\/\/[^\s\\]+$/i.test(text) && text.length <= 2_000;
  return isPlain && URL.canParse(text) ? new URL(text) : undefined;
}

function segments(url: URL): string[] {
  return url.pathname.split('/').filter((segment) => segment !== '');
}

function isBelow(url: URL, allowed: URL): boolean {
  const wanted = segments(allowed);
  const has = segments(url);
  return url.origin === allowed.origin && wanted.every((segment, index) => has[index] === segment);
}

/**
 * The allow-list of docs/design.md#configuration: scheme and host equal, and whole path segments below.
 * @param allowed absolute URLs
 */
export function createReturnTo(allowed: readonly string[]): ReturnTo {
  const roots = allowed.map((url) => new URL(url));
  return (presented) => {
    const url = presented === undefined ? undefined : parse(presented);
    if (url === undefined || url.username !== '' || url.password !== '') return null;
    return roots.some((root) => isBelow(url, root)) ? url.href : null;
  };
}

/** Where people may go in the end, and where those go of whom nobody said. */
export interface Destinations {
  readonly returnTo: ReturnTo;
  readonly defaultReturnUrl: string | undefined;
}

/**
 * Where this person goes in the end; undefined: nobody said. What the row keeps is judged once more: an address may have
 * left the list since.
 * @param wanted said just now, and judged
 */
export function destinationOf(view: View, to: Destinations, wanted: string | null = null): string | undefined {
  return wanted ?? to.returnTo(view.returnTo ?? undefined) ?? to.defaultReturnUrl;
}

/**
 * Our page, for somebody who wants to go somewhere in the end.
 * @param returnTo judged by the allow-list; null: nobody said
 */
export function verifyPath(returnTo: string | null): string {
  return withReturnTo('/jumio/verify', returnTo);
}

/** Where to read what to do instead; the way back from there is the way to where one wanted to go. */
export function helpPath(returnTo: string | null): string {
  return withReturnTo('/jumio/help', returnTo);
}

function withReturnTo(path: string, returnTo: string | null): string {
  return returnTo === null ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}

/** Where a person wants to go in the end: of the query, and of the form. */
export const returnToQuery = z.object({ return_to: z.string().optional().catch(undefined) });

/** As presented; whoever follows it asks the allow-list first. */
export function requestedReturnTo({ method, body, query }: FastifyRequest): string | undefined {
  return returnToQuery.safeParse(method === 'POST' ? body : query).data?.return_to;
}
