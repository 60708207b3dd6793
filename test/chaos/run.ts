import { check, type Verdict } from './checker/check.ts';
import { runCrowd } from './driver/crowd.ts';
import { createDoor } from './driver/door.ts';
import { type Scene, signIn } from './driver/person.ts';
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

/** Rounds of the drain in which a process is killed too: reads of the copy and second revocations happen then. Of a replica the leases must be waited for. */
const KILLS_WHILE_DRAINING = { sqlite: 4, postgres: 1 };

/** Just after the end of the lease of a killed process, in seconds. */
const AFTER_LEASE_S = 31;

/** Mostly to the end of the leases, sometimes far beyond all back-offs. */
function leapOf(random: Seeded): number {
  return random.chance(0.1) ? 3_700 : AFTER_LEASE_S;
}

/** People who sign in once everything is settled. */
const SETTLED_SIGN_INS = 2_000;

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
    () => jumio.refuseTokens(),
  );
  const world = { timeline, faults, reached: killer.reached };
  const jumio = await startChaosJumio(world, seed);
  const kratos = await startChaosKratos(world);
  const database = await makeDatabase(options.database);
  try {
    const env = environmentOf({ jumioUrl: jumio.url, kratosUrl: kratos.url, databaseUrl: database.url });
    const random = seeded(seed, 'clock');
    let isDraining = false;
    const leap = (): number => (isDraining || random.chance(0.6) ? leapOf(random) : 0);
    cluster = await startCluster(env, database.replicas, timeline, leap);
    let sent = 0;
    const scene: Scene = {
      seed,
      timeline,
      jumio,
      kratos,
      door: createDoor(cluster, killer),
      executionIds: [],
      log: { signUps: [], callbacks: [], gates: [], restarts: [] },
      onCallback: () => {
        sent += 1;
        if (sent % killEvery === 0) killer.arm();
        if (sent % 5_000 === 0) print(`${options.database}: ${sent} callbacks, ${cluster?.kills.length ?? 0} kills`);
      },
    };
    const people = planPeople(seed, callbacks);
    print(`${options.database}: ${people.length} people, seed ${seed}`);
    await runCrowd(scene, people);
    await cluster.settled();
    faults.stop();
    isDraining = true;
    print(`${options.database}: ${sent} callbacks, ${cluster.kills.length} kills; now everything that is due is done`);
    const isDrained = await drain(database, cluster, timeline, (round) => {
      if (round < KILLS_WHILE_DRAINING[options.database]) killer.arm();
      else killer.stop();
    });
    killer.stop();
    await cluster.settled();
    const ledger = await readLedger(database);
    for (const { identityId } of people.slice(0, SETTLED_SIGN_INS))
      scene.log.gates.push(await signIn(scene, identityId, seeded(seed, 'settled', identityId)));
    const history: RunHistory = {
      seed,
      jumio: jumio.history,
      kratos: kratos.history,
      driver: { ...scene.log, kills: cluster.kills },
      ledger,
    };
    const seconds = Math.round((Date.now() - started) / 1000);
    const verdict = check(history, { isDrained, seconds, faults: Object.fromEntries(faults.counts) });
    return { verdict, history, errors: cluster.errors };
  } finally {
    killer.stop();
    await cluster?.stop();
    await jumio.close();
    await kratos.close();
    await database.drop();
  }
}
