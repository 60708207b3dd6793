import { check, type Verdict } from './checker/check.ts';
import { runCrowd } from './driver/crowd.ts';
import { createDoor } from './driver/door.ts';
import { callSignUpHook, type Scene, signIn } from './driver/person.ts';
import { planPeople } from './driver/plan.ts';
import type { RunHistory } from './history/history.ts';
import { createTimeline } from './history/timeline.ts';
import { type Seeded, seeded } from './seeded.ts';
import { type Cluster, startCluster } from './system/cluster.ts';
import { type DatabaseName, makeDatabase } from './system/database.ts';
import { drain } from './system/drain.ts';
import { environmentOf } from './system/environment.ts';
import { createKiller } from './system/killer.ts';
import { readLedger } from './system/ledger.ts';
import { createFaults } from './upstreams/faults.ts';
import { startChaosJumio } from './upstreams/jumio.ts';
import { startChaosKratos } from './upstreams/kratos.ts';

/** What a run is to do. */
export interface RunOptions {
  readonly database: DatabaseName;
  readonly seed: number;
  /** How many callbacks are planned; repeats after a kill come on top. */
  readonly callbacks: number;
  /** The callbacks between two kills. */
  readonly killEvery: number;
  readonly print: (line: string) => void;
}

/** The part of the calls to Jumio and Kratos that fail. */
const FAULT_RATE = 0.06;

/**
 * Rounds of the drain in which a process is killed too: reads of the copy and second revocations happen then. Beside a
 * replica each costs half a minute, the rest of the leases.
 */
function killsWhileDraining({ database, callbacks }: RunOptions): number {
  if (database === 'sqlite') return 5;
  return callbacks < 3_000 ? 0 : 3;
}

/** With a replica beside it, what a killed process held waits for half a minute. */
const KILL_PAUSE_MS = { sqlite: 2_500, postgres: 3_500 };

/** People under way at once: beside a killed replica most of them wait for the end of its leases. Few would be gone before the first kills. */
function atOnce(database: DatabaseName, people: number): number {
  return database === 'postgres' ? 400 : Math.max(60, Math.min(250, Math.ceil(people / 5)));
}

/** Sometimes the clock moves far beyond the back-offs while the only replica is away. The leases of the killed process end with the start of the next one. */
function leapOf(random: Seeded): number {
  return random.chance(0.1) ? 3_700 : 0;
}

/** People who sign in once everything is settled. */
const SETTLED_SIGN_INS = 2_000;

const SIGN_INS_MS = 60_000;

/** Three times what a run takes on two quiet cores: a service that loses what people wait for must not keep them for hours. */
const LEAST_TIME_MS = 240_000;

const TIME_PER_CALLBACK_MS = 90;

/** What a run found. */
export interface RunResult {
  readonly verdict: Verdict;
  readonly history: RunHistory;
  readonly errors: readonly string[];
}

/** Runs the service on one database under kills and faults, and checks everything that was recorded. */
export async function runChaos(options: RunOptions): Promise<RunResult> {
  const { seed, callbacks, killEvery, print } = options;
  const started = Date.now();
  const timeline = createTimeline();
  const faults = createFaults(seed, FAULT_RATE);
  let cluster: Cluster | undefined;
  const killer = createKiller(
    () => cluster,
    seeded(seed, 'kills'),
    KILL_PAUSE_MS[options.database],
    () => jumio.refuseTokens(),
  );
  const world = { timeline, faults, reached: killer.reached };
  const jumio = await startChaosJumio(world, seed);
  const kratos = await startChaosKratos(world);
  const database = await makeDatabase(options.database);
  try {
    const env = environmentOf({ jumioUrl: jumio.url, kratosUrl: kratos.url, databaseUrl: database.url });
    const random = seeded(seed, 'clock');
    cluster = await startCluster(env, database.replicas, timeline, () => leapOf(random));
    let sent = 0;
    const scene: Scene = {
      seed,
      timeline,
      jumio,
      kratos,
      door: createDoor(cluster, killer),
      executionIds: [],
      endsAt: Date.now() + LEAST_TIME_MS + callbacks * TIME_PER_CALLBACK_MS,
      log: { signUps: [], callbacks: [], gates: [], restarts: [] },
      onCallback: () => {
        sent += 1;
        if (sent % killEvery === 0) killer.arm();
        if (sent % 5_000 === 0) print(`${options.database}: ${sent} callbacks, ${cluster?.kills.length ?? 0} kills`);
      },
    };
    const people = planPeople(seed, callbacks);
    print(`${options.database}: ${people.length} people, seed ${seed}`);
    const gaveUp = await runCrowd(scene, people, atOnce(options.database, people.length));
    await cluster.settled();
    faults.stop();
    const seconds = (): number => Math.round((Date.now() - started) / 1000);
    print(
      `${options.database}: ${sent} callbacks, ${cluster.kills.length} kills in ${seconds()} s; now what is due is done`,
    );
    const onRound = (round: number): void => {
      if (round < killsWhileDraining(options)) killer.arm();
      else killer.stop();
    };
    const [first] = people;
    const wake = async (): Promise<void> => {
      if (first) await Promise.all(cluster?.callers().map(() => callSignUpHook(scene, first.identityId, random)) ?? []);
    };
    const isDrained = await drain(database, cluster, timeline, onRound, wake);
    killer.stop();
    await cluster.settled();
    const ledger = await readLedger(database);
    const signInsEnd = Date.now() + SIGN_INS_MS;
    for (const { identityId } of people.slice(0, SETTLED_SIGN_INS))
      if (Date.now() < signInsEnd)
        scene.log.gates.push(await signIn(scene, identityId, seeded(seed, 'settled', identityId)));
    const history: RunHistory = {
      seed,
      jumio: jumio.history,
      kratos: kratos.history,
      driver: { ...scene.log, kills: cluster.kills },
      ledger,
    };
    const verdict = check(history, {
      isDrained,
      seconds: seconds(),
      gaveUp,
      faults: Object.fromEntries(faults.counts),
    });
    return { verdict, history, errors: cluster.errors };
  } finally {
    killer.stop();
    await cluster?.stop();
    await jumio.close();
    await kratos.close();
    await database.drop();
  }
}
