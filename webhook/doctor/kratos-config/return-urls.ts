import type { Operation } from '../finding.ts';
import { append } from './edits.ts';
import { dotted } from './hooks.ts';
import { listAt, type Tree } from './read.ts';

const ALLOWED = '/selfservice/allowed_return_urls';

/** The key that lists where Kratos may send people back to, as its documents write it. */
export const ALLOWED_KEY = dotted(ALLOWED);

/** Whether Kratos allows a redirect (docs/reference/kratos.md#9-sessions-and-redirects): same scheme, same host or `*.suffix`, and a path that starts with the allowed one. */
export function isCovered(url: string, allowed: string): boolean {
  if (!URL.canParse(allowed)) return false;
  const [wanted, known] = [new URL(url), new URL(allowed)];
  const suffix = /^(?:\*|%2A)(\..+)$/i.exec(known.host)?.[1];
  const isHost = suffix === undefined ? wanted.host === known.host : wanted.host.endsWith(suffix);
  return wanted.protocol === known.protocol && isHost && wanted.pathname.startsWith(known.pathname);
}

/** Whether Kratos may send people back to a URL. */
export function mayReturnTo(kratos: Tree, url: string): boolean {
  return listAt(kratos, ALLOWED).some((each) => typeof each === 'string' && isCovered(url, each));
}

/** Returns the edit that allows a URL, and all that is below it. */
export function allowReturnTo(kratos: Tree, url: string): Operation {
  return append(kratos, ALLOWED, url);
}
