import type { JumioRequest, Send } from './http.ts';
import type { Token, TokenSource } from './token.ts';

/** Sends with the bearer token. A 401 is answered with one new token, once; the second 401 is the answer. */
export function createAuthorisedSend(send: Send, tokens: TokenSource): Send {
  return async (request, signal) => {
    const token = await tokens.current(signal);
    const answer = await send(bearing(token, request), signal);
    if (answer.status !== 401) return answer;
    return send(bearing(await tokens.replacing(token, signal), request), signal);
  };
}

function bearing(token: Token, request: JumioRequest): JumioRequest {
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token.value}` } };
}
