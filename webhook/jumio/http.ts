import axios from 'axios';
import { type Answer, axiosSettings, exchange } from '../upstream.ts';

export interface JumioRequest {
  readonly operation: 'token' | 'create' | 'status' | 'details' | 'delete' | 'prepare';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Gives the answer whatever its status; rejects with `UpstreamError` where none came before the signal. */
export type Send = (request: JumioRequest, signal: AbortSignal) => Promise<Answer>;

/** One axios instance with its own connections, for all of Jumio's hosts. */
export function createSend(userAgent: string): Send {
  const instance = axios.create(axiosSettings(userAgent));
  return ({ operation, method, url, headers, body }, until) =>
    exchange({ upstream: 'jumio', operation }, until, (signal) =>
      instance.request({ method, url, signal, headers: { ...headers }, ...(body !== undefined && { data: body }) }),
    );
}
