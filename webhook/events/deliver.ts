import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { EventContext, EventEndpoint } from './context.ts';
import { testEvent } from './message.ts';
import type { Delivery } from './model.ts';
import { pauseAfter, probePause } from './schedule.ts';
import { messageId, signatureHeaders } from './signature.ts';

/** How a try ended. `gone`: the endpoint asks for no more events. */
export type TryOutcome =
  | { readonly kind: 'accepted'; readonly word: string }
  | { readonly kind: 'gone'; readonly word: string }
  | { readonly kind: 'failed'; readonly word: string; readonly facts: UpstreamFacts };

/** The word for a failure: a status, or why there is none. */
function wordOf({ failure, status, detail }: UpstreamFacts): string {
  if (status !== undefined) return String(status);
  return detail === undefined ? failure : `${failure} ${detail}`;
}

/** Sends one message. Everything but a 2xx is a failure, also a redirect: a receiver at another address is another receiver. */
async function attempt(
  { receivers, clock }: Pick<EventContext, 'receivers' | 'clock'>,
  endpoint: EventEndpoint,
  { identityId, version, body }: Pick<Delivery, 'identityId' | 'version' | 'body'>,
): Promise<TryOutcome> {
  const headers = signatureHeaders({ id: messageId(identityId, version), at: clock.now(), body }, endpoint.secrets);
  try {
    return { kind: 'accepted', word: String(await receivers.send(endpoint, { body, headers: { ...headers } })) };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { facts } = error;
    const word = wordOf(facts);
    return facts.status === 410 ? { kind: 'gone', word } : { kind: 'failed', word, facts };
  }
}

/** The result of `events test`, with the milliseconds that it took. */
export type TestOutcome = TryOutcome & { readonly ms: number };

/** Sends an event that tells of nobody, once; nothing of it is stored. */
export async function sendTest(
  ctx: Pick<EventContext, 'receivers' | 'clock'>,
  endpoint: EventEndpoint,
): Promise<TestOutcome> {
  const started = performance.now();
  const outcome = await attempt(ctx, endpoint, testEvent(ctx.clock.now()));
  return { ...outcome, ms: Math.round(performance.now() - started) };
}

const TRIES_TO_STORE = 5;

const STORE_AGAIN_MS = 250;

/** A result that is not stored is a request too many: the event is sent again when its lease ends. */
async function stored<T>(write: () => Promise<T>): Promise<T> {
  for (let left = TRIES_TO_STORE - 1; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || left === 0) throw error;
      await sleep(STORE_AGAIN_MS);
    }
  }
}

async function onFailed(
  { ledger, clock, log, random, observe }: EventContext,
  delivery: Delivery,
  { word, facts }: Extract<TryOutcome, { kind: 'failed' }>,
): Promise<void> {
  const { deliveries } = ledger;
  const now = clock.now();
  const { retryAfter: retryAfterMs = 0 } = facts;
  const pause = pauseAfter(delivery.tries + 1, now - delivery.madeAt, random());
  const failures = await stored(() =>
    deliveries.failed(now, delivery, {
      outcome: word,
      due: pause === undefined ? null : now + Math.max(pause, retryAfterMs),
      probeAt: (after: number) => now + Math.max(probePause(after), retryAfterMs),
    }),
  );
  const { endpoint, identityId: identity } = delivery;
  // 0 failures: the lease was lost, and its new holder reports how the event ended.
  const isGivenUp = pause === undefined && failures > 0;
  observe?.(endpoint, isGivenUp ? 'given-up' : facts);
  if (failures === 1) log.warn({ endpoint, identity, seen: word }, 'an endpoint of signed events does not take one');
  if (isGivenUp) log.error({ endpoint, identity, seen: word }, 'a signed event is given up');
}

/** Sends a claimed delivery once, and stores how that ended. */
export async function deliver(ctx: EventContext, endpoint: EventEndpoint, delivery: Delivery): Promise<void> {
  const outcome = await attempt(ctx, endpoint, delivery);
  const { deliveries } = ctx.ledger;
  const now = ctx.clock.now();
  switch (outcome.kind) {
    case 'accepted': {
      const hasRecovered = await stored(() => deliveries.delivered(now, delivery, outcome.word));
      ctx.observe?.(endpoint.name, 'delivered');
      if (hasRecovered) ctx.log.info({ endpoint: endpoint.name }, 'an endpoint of signed events takes them again');
      return;
    }
    case 'gone':
      await stored(() => deliveries.gone(now, delivery, outcome.word));
      ctx.observe?.(endpoint.name, 'gone');
      ctx.log.error(
        { endpoint: endpoint.name },
        'an endpoint of signed events answered 410: it gets none until its configuration changes, or events are replayed',
      );
      return;
    case 'failed':
      return onFailed(ctx, delivery, outcome);
    default:
      return outcome satisfies never;
  }
}
