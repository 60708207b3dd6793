import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { programArguments } from '../../../sandbox/stack/program.ts';
import { newSecret } from '../../support/events/shop.ts';
import { PROCESS_ENVIRONMENT } from '../../support/service/service.ts';
import { seeded } from '../seeded.ts';
import { type ChaosDatabase, type DatabaseName, makeDatabase } from '../system/database.ts';
import { checkEvents } from './check.ts';
import { type ChaosReceiver, startReceiver } from './receiver.ts';

/** What a run is to do. */
export interface EventRunOptions {
  readonly database: DatabaseName;
  readonly seed: number;
  readonly changes: number;
  /** The changes between two kills. */
  readonly killEvery: number;
  readonly print: (line: string) => void;
}

/** What a run found. */
export interface EventRunResult {
  readonly violations: readonly string[];
  readonly changes: number;
  readonly kills: number;
  readonly requests: number;
  readonly taken: number;
  readonly failed: number;
}

const HOUR_MS = 3_600_000;

/** Each moves the clock by some hours: longer than any pause of an event that has failed a few times. */
const MOST_ROUNDS = 60;

const changed = z.object({ changed: z.number() });

const left = z.tuple([z.object({ waiting: z.coerce.number(), due: z.coerce.number() })]);

const pretend = (secret: string, folder: string, name: string): string => {
  const path = join(folder, name);
  writeFileSync(path, secret);
  return path;
};

/** The replicas. One that is killed is started again at once. */
function createTellers(env: Readonly<Record<string, string>>, replicas: number, people: number) {
  const running: (ChildProcess | undefined)[] = [];
  let [ahead, changes, kills] = [0, 0, 0];
  let isQuiet = false;

  function start(index: number): void {
    const args = [...programArguments('test/chaos/events/teller'), String(ahead), String(people)];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message) => {
      changes += changed.parse(message).changed;
    });
    child.on('error', () => undefined);
    if (isQuiet) child.send('quiet');
    running[index] = child;
  }

  function tell(message: 'quiet' | { advance: number }): void {
    for (const child of running) if (child?.connected) child.send(message);
  }

  for (let index = 0; index < replicas; index += 1) start(index);
  return {
    counts: () => ({ changes, kills }),
    now: () => Date.now() + ahead,
    kill: async (index: number): Promise<void> => {
      const child = running[index];
      if (child === undefined) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
      kills += 1;
      start(index);
    },
    quiet: () => {
      isQuiet = true;
      tell('quiet');
    },
    advance: (ms: number) => {
      ahead += ms;
      tell({ advance: ms });
    },
    stop: async () => {
      await Promise.all(
        running.map(async (child) => {
          if (child === undefined || child.exitCode !== null) return;
          child.kill('SIGKILL');
          await once(child, 'exit');
        }),
      );
    },
  };
}

type Tellers = ReturnType<typeof createTellers>;

/** Moves the clock on until nothing is left to be told; false: something still is. */
async function drain(database: ChaosDatabase, tellers: Tellers): Promise<boolean> {
  const read = async () =>
    left.parse(
      await database.query(
        `select count(*) as waiting, count(case when due <= ${tellers.now()} then 1 end) as due from deliveries where due is not null`,
      ),
    )[0];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const { waiting, due } = await read();
      if (waiting === 0) return true;
      // What is due and does not get less is under a lease of a killed process, or behind another one.
      if (due === 0 || due === before) break;
      before = due;
      await sleep(400);
    }
    tellers.advance(3 * HOUR_MS);
    await sleep(200);
  }
  return (await read()).waiting === 0;
}

async function untilChanged(
  tellers: Tellers,
  { changes, killEvery, seed, print, database }: EventRunOptions,
  replicas: number,
) {
  const random = seeded(seed, 'kills');
  let [killAt, sayAt] = [killEvery, 10_000];
  while (tellers.counts().changes < changes) {
    await sleep(20);
    const { changes: done, kills } = tellers.counts();
    if (done >= killAt) {
      killAt = done + killEvery;
      await tellers.kill(random.below(replicas));
    }
    if (done < sayAt) continue;
    sayAt += 10_000;
    print(`${database}: ${done} changes, ${kills} kills`);
  }
}

/** Changes standings and tells of them under kills and faults of receivers, and checks what arrived. */
export async function runEvents(options: EventRunOptions): Promise<EventRunResult> {
  const { seed, changes, print } = options;
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  const database = await makeDatabase(options.database);
  const receivers: ChaosReceiver[] = [];
  let tellers: Tellers | undefined;
  try {
    const shaky = await startReceiver(newSecret(), seeded(seed, 'faults'), true);
    const steady = await startReceiver(newSecret(), seeded(seed, 'none'), false);
    receivers.push(shaky, steady);
    const endpoints = [
      { name: 'shaky', url: shaky.url, secret_files: [pretend(shaky.secret, folder, 'shaky')] },
      {
        name: 'steady',
        url: steady.url,
        types: ['verification.rejected', 'verification.erased'],
        secret_files: [pretend(steady.secret, folder, 'steady')],
      },
    ];
    const { PATH = '' } = process.env;
    const env = {
      ...PROCESS_ENVIRONMENT,
      PATH,
      DATABASE_URL: database.url,
      WEBHOOKS: JSON.stringify({ endpoints }),
      NO_ENV_FILE: '1',
    };
    tellers = createTellers(env, database.replicas, Math.max(20, Math.ceil(changes / 10)));
    await untilChanged(tellers, options, database.replicas);
    tellers.quiet();
    shaky.heal();
    print(`${options.database}: ${tellers.counts().changes} changes; now what waits is told`);
    const isDrained = await drain(database, tellers);
    const violations = await checkEvents(database, [
      { name: 'shaky', receiver: shaky },
      { name: 'steady', receiver: steady, statuses: ['rejected', 'erased'] },
    ]);
    const { requests, taken, failed } = shaky.counts;
    return {
      violations: [...(isDrained ? [] : ['something is still to be told']), ...violations],
      ...tellers.counts(),
      requests,
      taken,
      failed,
    };
  } finally {
    await tellers?.stop();
    for (const receiver of receivers) await receiver.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  }
}
