import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import { tokenOf } from './session.ts';

/** Browsers send some 150 characters. Reading 15,000 of them takes up to 30 ms, in the process that also is the gate. */
const LONGEST_HEADER = 1_000;

/**
 * Which of these types an `Accept` header prefers; the first where it does not care, undefined where it takes none.
 * Anybody can send one, before any limit: of a longer header only the beginning is read.
 */
export function preferredType(accept: string | undefined, types: string[]): string | undefined {
  const headers = accept === undefined ? {} : { accept: accept.slice(0, LONGEST_HEADER) };
  return new Negotiator({ headers }).mediaType(types);
}

/** The resources that answer in both languages: pages for people, JSON for programs. */
const RESOURCES = new Set(['/jumio/verify', '/jumio/status']);

export function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(type ?? '');
}

/** Where either would do, whoever brings a token or sends JSON is a program, and all others are browsers. */
function speaksJson({ headers }: IncomingMessage): boolean {
  const isProgram = tokenOf(headers) !== undefined || isJson(headers['content-type']);
  const types = isProgram ? ['application/json', 'text/html'] : ['text/html', 'application/json'];
  return (preferredType(headers.accept, types) ?? types[0]) === 'application/json';
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

export function isResource(url: string | undefined): boolean {
  return RESOURCES.has(pathOf(url));
}

/** A route of a program: `constraints: JSON_ONLY`. The page of the same address is the route without it. */
export const JSON_ONLY = { speaks: 'json' };

/** The one place that decides whether a page or JSON is meant; the router asks it. */
export const contentNegotiation = {
  name: 'speaks',
  storage: () => {
    const routes = new Map<unknown, never>();
    return {
      get: (value: unknown) => routes.get(value) ?? null,
      set: (value: unknown, route: never) => void routes.set(value, route),
    };
  },
  deriveConstraint: (request: IncomingMessage) =>
    isResource(request.url) && speaksJson(request) ? JSON_ONLY.speaks : undefined,
};
