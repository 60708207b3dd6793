import type { IncomingMessage } from 'node:http';
import { preferredType } from './accept.ts';
import { tokenOf } from './session-token.ts';

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
export const speaks = {
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
