import type { IncomingHttpHeaders } from 'node:http';

/**
 * The session token that a program brings: `X-Session-Token`, or a bearer token; in Kratos' own order (kratos.md §9). A
 * header that is there twice arrives joined and is nobody's token. Undefined: it brings none.
 */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const { 'x-session-token': token, authorization } = headers;
  if (token !== undefined) return [token].flat().join();
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}
