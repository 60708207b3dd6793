import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Seeded } from '../seeded.ts';

const event = z.object({
  type: z.string(),
  data: z.object({ identity_id: z.string(), status: z.string(), sequence: z.number() }),
});

/** What an application knows of a person: the event with the greatest sequence. */
export interface Known {
  readonly status: string;
  readonly sequence: number;
}

/** An application of the run: it fails in many ways, and writes down what it has taken. */
export interface ChaosReceiver {
  readonly url: string;
  readonly secret: string;
  /** By identity: what is left when `sequence` is applied. */
  readonly known: ReadonlyMap<string, Known>;
  /** The sequences of each identity in the order in which each was first taken. */
  readonly order: ReadonlyMap<string, readonly number[]>;
  /** By `webhook-id`: a hash of the body. */
  readonly bodies: ReadonlyMap<string, string>;
  /** What must not have happened. */
  readonly wrong: readonly string[];
  readonly counts: { requests: number; taken: number; failed: number };
  /** Takes everything from now on. */
  heal(): void;
  close(): Promise<void>;
}

/** How long an outage lasts, and how often one begins: in so many requests. */
const OUTAGE = { ms: 300, every: 700 };

/** Ways to fail, each in so many of a thousand requests. A lost acknowledgement: taken, and never answered. */
const FAULTS = ['500', '404', 'redirect', '429', 'hang', 'reset', 'lost acknowledgement'] as const;

const FAULTS_OF_THOUSAND = 100;

const FAILS: Readonly<Record<(typeof FAULTS)[number], (response: ServerResponse) => unknown>> = {
  '500': (response) => response.writeHead(500).end(),
  '404': (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nothing here</h1>'),
  redirect: (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
  '429': (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  hang: () => undefined,
  reset: (response) => response.socket?.destroy(),
  'lost acknowledgement': (response) => response.socket?.destroy(),
};

/** Starts an application. @param isShaky false: it takes everything at once */
export async function startReceiver(secret: string, random: Seeded, isShaky: boolean): Promise<ChaosReceiver> {
  const known = new Map<string, Known>();
  const order = new Map<string, number[]>();
  const bodies = new Map<string, string>();
  const wrong: string[] = [];
  const counts = { requests: 0, taken: 0, failed: 0 };
  const webhook = new Webhook(secret);
  let isHealed = !isShaky;
  let outageUntil = 0;

  function faultNow(): (typeof FAULTS)[number] | undefined {
    if (isHealed) return undefined;
    if (random.below(OUTAGE.every) === 0) outageUntil = Date.now() + OUTAGE.ms;
    if (Date.now() < outageUntil) return '500';
    return random.below(1_000) < FAULTS_OF_THOUSAND ? random.pick(FAULTS) : undefined;
  }

  function take(id: string, body: string): void {
    const { data } = event.parse(JSON.parse(body));
    const { identity_id: identity, status, sequence } = data;
    if (id !== `msg_${identity.replaceAll('-', '')}_${sequence}`) wrong.push(`${id} is of ${identity} ${sequence}`);
    const hash = createHash('sha256').update(body).digest('hex');
    if ((bodies.get(id) ?? hash) !== hash) wrong.push(`${id} came with two bodies`);
    if (!bodies.has(id)) order.set(identity, [...(order.get(identity) ?? []), sequence]);
    bodies.set(id, hash);
    if (sequence > (known.get(identity)?.sequence ?? -1)) known.set(identity, { status, sequence });
    counts.taken += 1;
  }

  /** The library's own signature at the time that the request names: the clocks of the replicas are moved. */
  function isSigned(id: string, at: string, signature: string, body: string): boolean {
    return signature.split(' ').includes(webhook.sign(id, new Date(Number(at) * 1_000), body));
  }

  const server = createServer((request, response) => {
    void text(request).then(
      (body) => {
        counts.requests += 1;
        const [id, at, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
          String(request.headers[name]),
        );
        if (!isSigned(id ?? '', at ?? '', signature ?? '', body)) wrong.push(`${id} is not signed`);
        if (request.url !== '/events') wrong.push(`a request to ${request.url}`);
        const fault = faultNow();
        if (fault === undefined || fault === 'lost acknowledgement') take(id ?? '', body);
        if (fault === undefined) {
          response.writeHead(200, { 'content-type': 'text/html' }).end('<p>thanks');
          return;
        }
        counts.failed += 1;
        FAILS[fault](response);
      },
      // Its sender was killed in the middle.
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP address was expected');
  return {
    url: `http://127.0.0.1:${address.port}/events`,
    secret,
    known,
    order,
    bodies,
    wrong,
    counts,
    heal: () => {
      isHealed = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
