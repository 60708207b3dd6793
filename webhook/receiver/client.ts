import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import { z } from 'zod';
import { axiosSettings, exchange, isSuccess, observed, refusal } from '../upstream/http.ts';
import { guardedLookup } from './addresses.ts';
import type { Receiver, ReceiverClient, ReceiverClientOptions, Resolve } from './types.ts';

/** The specification asks for 15 to 30 s; a process that stops waits for 20 s. */
const DEADLINE_MS = 15_000;

/** As much of an answer is read before its connection is given up: nobody looks at it. */
const MOST_READ_BYTES = 64 * 1024;

const bySystem: Resolve = (host, found) =>
  lookup(host, { all: true }, (error, addresses) => found(error, addresses ?? []));

const streamed = z.object({ status: z.number(), headers: z.unknown(), data: z.custom<Readable>() });

/** Lets the connection be used again, unless the answer is long. The status is all that counts. */
function discard(body: Readable): void {
  let read = 0;
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > MOST_READ_BYTES) body.destroy();
  });
}

/** Returns the client of all receivers. Opens no connection before its first call. */
export function createReceiverClient({
  userAgent,
  observe,
  deadline = DEADLINE_MS,
  resolve = bySystem,
}: ReceiverClientOptions): ReceiverClient {
  const agents = new Map<string, { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent }>();
  const agentsOf = (receiver: Receiver) => {
    const known = agents.get(receiver.name);
    if (known !== undefined) return known;
    const options = { keepAlive: true, timeout: 5_000, lookup: guardedLookup(receiver, resolve) };
    const made = { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
    agents.set(receiver.name, made);
    return made;
  };
  const settings = { ...axiosSettings(userAgent), responseType: 'stream' as const };
  const client = axios.create(settings);

  return {
    send: (receiver, { body, headers }) => {
      const call = { upstream: 'receiver', operation: 'deliver' } as const;
      return observed(observe, { ...call, provider: receiver.name }, async () => {
        const answer = await exchange(call, AbortSignal.timeout(deadline), async (signal) => {
          const {
            status,
            headers: answered,
            data,
          } = streamed.parse(
            await client.request({
              method: 'POST',
              url: receiver.url,
              headers: { ...headers, 'Content-Type': 'application/json' },
              // As bytes: they are what was signed.
              data: Buffer.from(body),
              signal,
              // http is to this machine alone: a proxy would take it to another one, in clear.
              ...(receiver.url.startsWith('http:') ? { proxy: false as const } : {}),
              ...agentsOf(receiver),
            }),
          );
          discard(data);
          return { status, headers: answered, data: '' };
        });
        if (!isSuccess(answer.status)) throw refusal(call, answer);
        return answer.status;
      });
    },
  };
}
