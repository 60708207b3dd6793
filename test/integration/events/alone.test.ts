import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import type { EventContext } from '../../../webhook/events/context.ts';
import { deliver } from '../../../webhook/events/deliver.ts';
import { begin, claimFor, DAY, openTelling } from '../../contract/ledger/deliveries/world.ts';
import { MINUTE, NOW } from '../../contract/ledger/world.ts';
import { sqlite } from '../../support/service/databases.ts';

const ENDPOINT = { name: 'shop', url: 'http://127.0.0.1:9/', allowPrivate: true, secrets: [randomBytes(32)] };

const FAILED = { upstream: 'receiver', operation: 'deliver', failure: 'status', status: 500 } as const;

/** A number in [0, 1) that is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

it.each([1, 2, 3])(
  'an event that fails alone is not given up before 33 days, whatever else is taken at which pace (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const ledger = await openTelling(sqlite);
    const poison = await begin(ledger);
    let now = NOW + MINUTE;
    let requests = 0;
    const send: EventContext['receivers']['send'] = async (_, { body }) => {
      if (!body.includes(poison)) return 204;
      requests += 1;
      throw new UpstreamError(FAILED);
    };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const ctx = { ledger, receivers: { send }, endpoints: [ENDPOINT], clock: { now: () => now }, log, random };
    const given = async () =>
      (await ledger.deliveries.list({ identityId: poison, withEnded: true, most: 1 }))[0]?.result ?? null;
    let arrival = now;
    while ((await given()) === null) {
      const due = (await ledger.deliveries.nextDue(now))[0]?.at ?? Number.POSITIVE_INFINITY;
      now = Math.max(now, Math.min(arrival, due));
      if (now >= arrival) {
        await begin(ledger, now - MINUTE);
        // Sparse and dense traffic in turns.
        arrival += random() < 0.5 ? 2 * MINUTE + random() * 10 * MINUTE : random() * 240 * MINUTE;
        arrival = Math.floor(arrival);
      }
      for (const delivery of await claimFor(ledger, now)) await deliver(ctx, ENDPOINT, delivery);
    }
    expect(now - NOW).toBeGreaterThanOrEqual(33 * DAY);
    expect(now - NOW).toBeLessThan(45 * DAY);
    expect(requests).toBeLessThan(50);
  },
  60_000,
);
