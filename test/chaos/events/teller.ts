import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../../webhook/config/config.ts';
import { createDependencies } from '../../../webhook/dependencies.ts';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import { createEventWork } from '../../../webhook/events/index.ts';
import { createLogger } from '../../../webhook/logging.ts';
import type { Change, IdentityRecord } from '../../../webhook/model.ts';
import { createReceiverClient } from '../../../webhook/receiver/client.ts';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { erase } from '../../../webhook/verification/operator/index.ts';
import { newIdentity, updateIdentity } from '../../../webhook/verification/record/index.ts';

/**
 * One replica of the run of events: it changes the standing of people and tells applications of it, with the service's own
 * ledger, work and client, until it is killed. Its environment is the service's. Arguments: the milliseconds that its clock is ahead, the number of people.
 * Messages: `{ advance }` moves the clock, `quiet` ends the changes. It says `{ changed }` after each change that is durable.
 */
const [aheadText = '0', peopleText = '10'] = process.argv.slice(2);

let ahead = Number(aheadText);

let isChanging = true;

const clock = { now: () => Date.now() + ahead };

/** How many changes are under way at once. */
const WRITERS = 8;

/** Shorter than the product's, so that a receiver that hangs costs no quarter of a minute. */
const DEADLINE_MS = 400;

const ERASURES = 0.01;

const config = parseConfig(process.env);

const { ctx, events } = await createDependencies(config, createLogger('silent'), { clock, locks: true });

/** Kratos has the copy of before: what waited for it is due. */
function confirmed(record: IdentityRecord): IdentityRecord {
  return updateIdentity(record, { published: record.identity.version });
}

/** The other standing than now, so that each change is one. */
function changeOf(id: string, found: IdentityRecord | undefined, now: number): Change | undefined {
  const record = found ?? newIdentity({ id }, now);
  if (record.identity.erasedAt !== null) return undefined;
  if (found !== undefined && Math.random() < ERASURES) return erase(record, 'chaos', now);
  const verdict = record.identity.standing === 'approved' ? 'FAILED' : 'PASSED';
  return override(
    confirmed(record),
    { verdict, reason: 'chaos', by: 'chaos', note: null, door: 'cli' },
    randomUUID(),
    now,
  );
}

/** The n-th of the people, whom every replica knows. */
function personOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

async function change(): Promise<void> {
  const id = personOf(Math.floor(Math.random() * Number(peopleText)));
  let hasChanged = false;
  await ctx.ledger.change(id, clock.now(), (found) => {
    const decided = changeOf(id, found, clock.now());
    hasChanged = decided !== undefined;
    return decided;
  });
  if (hasChanged) process.send?.({ changed: 1 });
}

async function keepChanging(): Promise<void> {
  while (isChanging)
    await change().catch(async (error: unknown) => {
      if (!(error instanceof LedgerUnavailable)) throw error;
      await sleep(20);
    });
}

async function keepTelling(): Promise<never> {
  if (events === undefined) throw new Error('WEBHOOKS is not set');
  const receivers = createReceiverClient({ userAgent: config.userAgent, deadline: DEADLINE_MS });
  const work = createEventWork({ ...events, receivers });
  for (;;) {
    const idle = await work.claim(clock.now()).catch(() => 100);
    await sleep(Math.min(Math.max(idle, 10), 50));
  }
}

process.on('message', (message: unknown) => {
  if (message === 'quiet') isChanging = false;
  else ahead += Number(Reflect.get(Object(message), 'advance'));
});

// A driver that is gone needs no replica.
process.on('disconnect', () => process.exit(0));

await Promise.all([keepTelling(), ...Array.from({ length: WRITERS }, keepChanging)]);
