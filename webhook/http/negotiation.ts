import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import { LANGUAGE_TAG } from '../accepted-text.ts';
import { tokenOf } from './session.ts';

/** Browsers send some 150 characters. To read 15,000 takes up to 30 ms, in the process that also is the gate. */
const LONGEST_HEADER = 1_000;

/**
 * Returns the type that an `Accept` header prefers among these: the first if it has no preference, undefined if it accepts
 * none. Any client can send the header before a limit applies, so only its first 1,000 characters are read.
 */
export function preferredType(accept: string | undefined, types: string[]): string | undefined {
  const headers = accept === undefined ? {} : { accept: accept.slice(0, LONGEST_HEADER) };
  return new Negotiator({ headers }).mediaType(types);
}

/** The preferred languages come first in the header. */
const LONGEST_LANGUAGES = 200;

/** Returns the language that a browser prefers, available or not, e.g. `pt-BR`; undefined if the header cannot be read. */
export function preferredLanguage(acceptLanguage: string | undefined): string | undefined {
  try {
    const request = { headers: { 'accept-language': (acceptLanguage ?? '').slice(0, LONGEST_LANGUAGES) } };
    return new Negotiator(request).languages().find((tag) => LANGUAGE_TAG.test(tag));
  } catch {
    return undefined;
  }
}

/** The resources with two representations: pages for people, JSON for programs. */
const RESOURCES = new Set(['/jumio/verify', '/jumio/status']);

/** Whether a `Content-Type` is JSON. */
export function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(type ?? '');
}

/** If a request accepts both, one with a token or with a JSON body is a program's, and any other a browser's. */
function prefersJson({ headers }: IncomingMessage): boolean {
  const isProgram = tokenOf(headers) !== undefined || isJson(headers['content-type']);
  const types = isProgram ? ['application/json', 'text/html'] : ['text/html', 'application/json'];
  return (preferredType(headers.accept, types) ?? types[0]) === 'application/json';
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

/** Whether a URL is one of the resources with two representations. */
export function isResource(url: string | undefined): boolean {
  return RESOURCES.has(pathOf(url));
}

/** For a program's route: `constraints: JSON_ONLY`. The page at the same URL is the route without it. */
export const JSON_ONLY = { representation: 'json' };

/** The router's constraint that decides whether a request gets a page or JSON; no other place decides it. */
export const contentNegotiation = {
  name: 'representation',
  storage: () => {
    const routes = new Map<unknown, never>();
    return {
      get: (value: unknown) => routes.get(value) ?? null,
      set: (value: unknown, route: never) => void routes.set(value, route),
    };
  },
  deriveConstraint: (request: IncomingMessage) =>
    isResource(request.url) && prefersJson(request) ? JSON_ONLY.representation : undefined,
};
