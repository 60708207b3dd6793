import type { IncomingHttpHeaders } from 'node:http';

/** Of `X-Session-Token`. A header that is there twice arrives joined and is nobody's token. */
export function sessionTokenOf({ 'x-session-token': token }: IncomingHttpHeaders): string | undefined {
  return token === undefined ? undefined : [token].flat().join();
}

export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

/** The session token that a program brings for its person, in either way. Cookies beside it count for nothing. */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  return sessionTokenOf(headers) ?? bearerOf(headers);
}
