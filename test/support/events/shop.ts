import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';
import type { EventBody } from '../../../webhook/events/model.ts';
import { override } from '../../../webhook/verification/operator/actions.ts';
import {
  type ReceivedRequest,
  type RecordingServer,
  type Responder,
  raw,
  startRecordingServer,
} from '../fakes/http-server.ts';
import { eventBody } from '../openapi/events.ts';
import { eventually } from '../service/eventually.ts';
import { type TestService, type TestServiceOptions, testService } from '../service/service.ts';

/** Applications that take signed events, and the service that sends them. */

/** A secret as an operator makes it. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Writes a secret to a file that is deleted with the test. */
export function secretFile(secret = newSecret()): string {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, `${secret}\n`);
  return path;
}

/** The body of a request, parsed. */
export function bodyOf({ body }: Pick<ReceivedRequest, 'body'>): EventBody {
  return eventBody.parse(JSON.parse(body));
}

/** Whether the library of Standard Webhooks takes a request; at the time that the request says, because tests move the clock. */
export function isSignedBy(secret: string, { headers, body }: ReceivedRequest): boolean {
  const [id, at, signatures] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']];
  const expected = new Webhook(secret).sign(String(id), new Date(Number(at) * 1000), body);
  return String(signatures).split(' ').includes(expected);
}

/** An application: a server whose answer a test may change, and its secret. */
export interface Shop extends RecordingServer {
  readonly name: string;
  readonly secret: string;
  answer: Responder;
  /** The types and sequences that it has received, in their order. */
  seen(): string[];
}

export async function startShop(name = 'shop', answer: Responder = raw(204)): Promise<Shop> {
  const server = await startRecordingServer((response, request) => shop.answer(response, request));
  const shop: Shop = {
    ...server,
    name,
    secret: newSecret(),
    answer,
    seen: () =>
      server.requests.map((request) => {
        const { type, data } = bodyOf(request);
        return `${type.replace('verification.', '')} ${data.sequence}`;
      }),
  };
  onTestFinished(() => server.close());
  return shop;
}

/** The document of WEBHOOKS for some applications. */
export function webhooks(shops: readonly Pick<Shop, 'name' | 'url' | 'secret'>[], more: object = {}): string {
  const endpoints = shops.map(({ name, url, secret }) => {
    return { name, url: `${url}/events`, secret_files: [secretFile(secret)], ...more };
  });
  return JSON.stringify({ endpoints });
}

/** A service that tells some applications of changes. Its clock stands still. */
export async function telling(
  shops: readonly Shop[],
  { env, ...options }: TestServiceOptions = {},
): Promise<TestService> {
  const service = await testService({ ...options, env: { WEBHOOKS: webhooks(shops), ...env } });
  service.clock.stop();
  return service;
}

/** The operator decides; returns when the ledger has it. */
export async function decide(
  { ctx, worker }: TestService,
  id: string,
  verdict: 'PASSED' | 'FAILED' = 'PASSED',
): Promise<void> {
  const act = { verdict, reason: 'seen', by: 'ann' } as const;
  const now = ctx.clock.now();
  await ctx.ledger.change(id, now, (record) => record && override(record, act, randomUUID(), now));
  worker.wake();
}

/** Waits until an application has received these events, and no other. */
export function untilSeen(shop: Shop, expected: readonly string[]): Promise<void> {
  return eventually(() => {
    const seen = shop.seen().join(', ');
    if (seen !== expected.join(', ')) throw new Error(`seen: ${seen}`);
  });
}

/** Waits until nothing is left to be sent. */
export function untilTold({ ctx }: TestService): Promise<void> {
  return eventually(async () => {
    const left = await ctx.ledger.deliveries.list({ most: 5 });
    if (left.length > 0) throw new Error(`${left.length} events wait`);
  });
}
