import type { ServerResponse } from 'node:http';

/** Misbehaves on one call; returns the status that was sent, if one was. */
type Misbehaviour = (response: ServerResponse) => number | undefined;

const FIFTY_MEGABYTES = 50 * 1024 * 1024;
const DRIP_EVERY = 100;

/** What may come instead of Kratos' answer. */
export const faults = {
  '400-schema': error(400, 'Bad Request', 'I[#/traits] S[#/properties/traits/required] missing properties: "email"'),
  '400-serialize': error(
    400,
    'Bad Request',
    'Unable to serialize access due to a concurrent update in another session',
  ),
  '401': error(401, 'Unauthorized', 'The request could not be authorized'),
  '403': error(403, 'Forbidden', 'The requested action was forbidden'),
  /** Kratos' own: the identity is gone. */
  '404': error(404, 'Not Found', 'Unable to locate the resource'),
  /** Somebody else's: a wrong path, a proxy. */
  '404-html': page(404),
  '429': error(429, 'Too Many Requests', 'slow down', { 'x-ratelimit-reset': '1' }),
  '500': error(500, 'Internal Server Error', 'database is locked'),
  '503': page(503),
  /** A 200 that is not Kratos'. */
  html: page(200),
  /** No answer, until the caller goes or the proxy is stopped. */
  hang: () => undefined,
  reset: (response) => {
    response.socket?.resetAndDestroy();
    return undefined;
  },
  /** An answer that never ends: blanks before a JSON that does not come. */
  drip: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), DRIP_EVERY);
    response.on('close', () => clearInterval(timer));
    return 200;
  },
  huge: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"id":"${'x'.repeat(FIFTY_MEGABYTES)}"}`);
    return 200;
  },
} satisfies Record<string, Misbehaviour>;

export type Fault = keyof typeof faults;

function error(code: number, status: string, message: string, headers: Record<string, string> = {}): Misbehaviour {
  const body = JSON.stringify({ error: { code, status, message } });
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
    return code;
  };
}

function page(status: number): Misbehaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>not Kratos</body></html>');
    return status;
  };
}
