import http from 'node:http';
import https from 'node:https';
import axios from 'axios';
import { z } from 'zod';
import { axiosSettings, parseJson } from '../../upstream.ts';

/** An answer, its body parsed where it is JSON; or why there is none, in the code of the network. */
export type Asked =
  | { readonly status: number; readonly json: unknown; readonly date: string | undefined }
  | { readonly failure: string };

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks once; never rejects. Nothing of a body is printed anywhere. */
export type Ask = (question: Question) => Promise<Asked>;

const DEADLINE_MS = 10_000;

const answer = z.object({
  status: z.number(),
  data: z.string().catch(''),
  headers: z.object({ date: z.string().optional().catch(undefined) }),
});
const failed = z.object({ code: z.string() });

/** The same client as the service's own (proxies count, redirects are not followed), but no connection is kept. */
export function createAsk(userAgent: string): Ask {
  const once = { httpAgent: new http.Agent(), httpsAgent: new https.Agent() };
  const instance = axios.create({ ...axiosSettings(userAgent), ...once });
  return async ({ method, url, headers, body }) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const settings = { method, url, signal, headers: { ...headers }, ...(body !== undefined && { data: body }) };
      const { status, data, headers: got } = answer.parse(await instance.request(settings));
      return { status, json: parseJson(data), date: got.date };
    } catch (error) {
      const code = failed.safeParse(error).data?.code ?? 'no answer';
      return { failure: signal.aborted ? `no answer within ${DEADLINE_MS / 1000} s` : code };
    }
  };
}
