import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import type { Started } from '../../../webhook/jumio/types.ts';
import { handleSignUp } from '../../../webhook/verification/person/sign-up.ts';
import { HOSTED_LINK } from '../logs/canaries.ts';
import type { TestService } from '../service/service.ts';
import { HOUR } from '../service/shifted-clock.ts';

/** A pending answer. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

/** An answer that a test resolves later. If the test ends before, the call fails, so that nothing waits for it. */
export function deferred<T>(): Deferred<T> {
  let resolve = (_value: T): void => undefined;
  let reject = (_error: Error): void => undefined;
  const promise = new Promise<T>((...ends) => {
    [resolve, reject] = ends;
  });
  promise.catch(() => undefined);
  onTestFinished(() => reject(new UpstreamError({ upstream: 'jumio', operation: 'create', failure: 'timeout' })));
  return { promise, resolve };
}

/** An answer of Jumio to a create call. */
export function startedAnswer(): Started {
  return { accountId: randomUUID(), executionId: randomUUID(), link: HOSTED_LINK };
}

/** Starts a sign-up without waiting for its create call; returns the id of the identity. */
export async function startSignUp({ ctx, worker }: TestService): Promise<string> {
  const identityId = randomUUID();
  await handleSignUp(ctx, worker, { identityId, returnTo: null }, 0);
  return identityId;
}

/** Starts `size` sign-ups at the same time; returns the ids of the identities. */
export function startSignUps(service: TestService, size: number): Promise<string[]> {
  return Promise.all(Array.from({ length: size }, () => startSignUp(service)));
}

/** The kinds of an identity’s events, in order. */
export async function kindsOf({ ctx }: TestService, identityId: string): Promise<string[]> {
  return (await ctx.ledger.events(identityId)).map(({ kind }) => kind);
}

/** Longer than every back-off of the first tries, and shorter than an hour. */
export const SOON = HOUR / 3;
