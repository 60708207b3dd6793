import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../../../webhook/errors.ts';
import type { EventContext, TryEnd } from '../../../webhook/events/context.ts';
import { deliver } from '../../../webhook/events/deliver.ts';
import type { Delivery } from '../../../webhook/events/model.ts';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { begin, claimFor, DAY, failedFor, openTelling } from '../../contract/ledger/deliveries/world.ts';
import { MINUTE, NOW } from '../../contract/ledger/world.ts';
import { sqlite } from '../../support/service/databases.ts';

/** How each try of a signed event reaches those who count. */

const DUE = NOW + MINUTE;

const ENDPOINT = { name: 'shop', url: 'http://127.0.0.1:9/', allowPrivate: true, secrets: [randomBytes(32)] };

const FACTS: UpstreamFacts = { upstream: 'receiver', operation: 'deliver', failure: 'status', status: 503 };

const failing = (facts: UpstreamFacts) => () => Promise.reject(new UpstreamError(facts));

/** Sends with a receiver that answers so; returns what was counted and logged. */
async function sent(
  ledger: Pick<Ledger, 'deliveries'>,
  delivery: Delivery,
  send: EventContext['receivers']['send'],
): Promise<{ counted: [string, TryEnd][]; errors: string[] }> {
  const counted: [string, TryEnd][] = [];
  const errors: string[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (_: object, text: string) => errors.push(text) };
  await deliver(
    {
      ledger,
      receivers: { send },
      endpoints: [ENDPOINT],
      clock: { now: () => DUE },
      log,
      random: () => 0,
      observe: (endpoint, end) => counted.push([endpoint, end]),
    },
    ENDPOINT,
    delivery,
  );
  return { counted, errors };
}

/** A ledger with one event that was claimed, after so many tries that failed. */
async function claimed(failures = 0): Promise<{ ledger: Ledger; delivery: Delivery }> {
  const ledger = await openTelling(sqlite);
  // Old enough to be given up.
  await begin(ledger, NOW - 34 * DAY);
  for (let n = 0; n <= failures; n += 1) {
    const [delivery] = await claimFor(ledger, DUE);
    if (delivery === undefined) throw new Error('nothing was claimed');
    if (n === failures) return { ledger, delivery };
    await ledger.deliveries.failed(DUE, delivery, failedFor(DUE, 0));
  }
  throw new Error('nothing was claimed');
}

describe('a try of a signed event is counted once, when its result is stored', () => {
  it('as delivered where it is taken, and as gone where the endpoint answers 410', async () => {
    const taken = await claimed();
    expect((await sent(taken.ledger, taken.delivery, async () => 204)).counted).toEqual([['shop', 'delivered']]);
    const gone = await claimed();
    const { counted } = await sent(gone.ledger, gone.delivery, failing({ ...FACTS, status: 410 }));
    expect(counted).toEqual([['shop', 'gone']]);
  });

  it('by the facts of its failure while it comes again, and as given up at the last one', async () => {
    const first = await claimed();
    expect((await sent(first.ledger, first.delivery, failing(FACTS))).counted).toEqual([['shop', FACTS]]);
    const last = await claimed(39);
    const { counted, errors } = await sent(last.ledger, last.delivery, failing(FACTS));
    expect([counted, errors]).toEqual([[['shop', 'given-up']], ['a signed event is given up']]);
    expect(await last.ledger.deliveries.list({ withEnded: true, most: 5 })).toMatchObject([{ result: 'given-up' }]);
  });

  it('not as given up where another process has the event meanwhile', async () => {
    const { ledger, delivery } = await claimed(39);
    const { counted, errors } = await sent(ledger, { ...delivery, lease: delivery.lease - 1 }, failing(FACTS));
    expect([counted, errors]).toEqual([[['shop', FACTS]], []]);
    expect(await ledger.deliveries.list({ most: 5 })).toHaveLength(1);
  });

  it('not at all where the ledger does not store it: it is sent again', async () => {
    const { ledger, delivery } = await claimed();
    const deliveries = { ...ledger.deliveries, delivered: () => Promise.reject(new LedgerUnavailable('locked')) };
    const counted: unknown[] = [];
    const sending = sent({ deliveries }, delivery, async () => 204).then((seen) => counted.push(seen));
    await expect(sending).rejects.toThrow(LedgerUnavailable);
    expect(counted).toEqual([]);
  });
});
