import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isDeepLink } from '../deep-link.ts';
import type { View } from '../verification/person/index.ts';

/** Returns a presented `return_to` as a whole URL if the allow-list has it; null for any other. A deep link is returned as it is. */
export type ReturnTo = (presented: string | undefined) => string | null;

function parse(text: string): URL | undefined {
  // Browsers drop tab, CR and LF and read `\` as `/`: no honest URL relies on that.
  const isPlain = /^https?:\/\/[^\s\\]+$/i.test(text) && text.length <= 2_000;
  return isPlain && URL.canParse(text) ? new URL(text) : undefined;
}

function segments(url: URL): string[] {
  return url.pathname.split('/').filter((segment) => segment !== '');
}

function isBelow(url: URL, root: URL): boolean {
  const [path, rootPath] = [segments(url), segments(root)];
  return url.origin === root.origin && rootPath.every((segment, index) => path[index] === segment);
}

/**
 * Returns the allow-list of docs/design.md#configuration: of a web address scheme and host equal, and whole path segments
 * below; of a deep link every character.
 * @param allowed absolute URLs
 */
export function createReturnTo(allowed: readonly string[]): ReturnTo {
  // What an application does with the rest of its deep link is its own: nothing below one is allowed by itself.
  const deepLinks = new Set(allowed.filter(isDeepLink));
  const roots = allowed.filter((url) => !isDeepLink(url)).map((url) => new URL(url));
  return (presented) => {
    if (presented !== undefined && deepLinks.has(presented)) return presented;
    const url = presented === undefined ? undefined : parse(presented);
    if (url === undefined || url.username !== '' || url.password !== '') return null;
    return roots.some((root) => isBelow(url, root)) ? url.href : null;
  };
}

/** Where people may go in the end, and where they go by default. */
export interface Destinations {
  readonly returnTo: ReturnTo;
  readonly defaultReturnUrl: string | undefined;
}

/**
 * Returns where this person goes in the end; undefined: not known. The stored `return_to` is checked again, because the
 * allow-list may have changed since.
 * @param requested the checked `return_to` of this request; null: it has none
 */
export function destinationOf(view: View, to: Destinations, requested: string | null = null): string | undefined {
  return requested ?? to.returnTo(view.returnTo ?? undefined) ?? to.defaultReturnUrl;
}

/**
 * Returns the path of the verification page.
 * @param returnTo checked against the allow-list; null: none
 */
export function verifyPath(returnTo: string | null): string {
  return withReturnTo('/jumio/verify', returnTo);
}

/**
 * Returns the path of the page for people who cannot verify at all; it leads back to `verifyPath` with the same `returnTo`.
 * @param returnTo checked against the allow-list; null: none
 */
export function helpPath(returnTo: string | null): string {
  return withReturnTo('/jumio/help', returnTo);
}

/**
 * Returns the path of the page that waits at a computer for the person's phone.
 * @param returnTo checked against the allow-list; null: none
 * @param unchanged what stood when the phone was offered (`offerState`); undefined: something has changed since
 */
export function followPath(returnTo: string | null, unchanged?: string): string {
  const path = withReturnTo('/jumio/phone', returnTo);
  if (unchanged === undefined) return path;
  return `${path}${returnTo === null ? '?' : '&'}unchanged=${unchanged}`;
}

function withReturnTo(path: string, returnTo: string | null): string {
  return returnTo === null ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}

/** The requested return URL of a person: in a query, and in a form. */
export const returnToQuery = z.object({ return_to: z.string().optional().catch(undefined) });

/** Returns the `return_to` of a request as presented: not checked against the allow-list. */
export function requestedReturnTo({ method, body, query }: FastifyRequest): string | undefined {
  return returnToQuery.safeParse(method === 'POST' ? body : query).data?.return_to;
}
