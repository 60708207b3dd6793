import { setTimeout as sleep } from 'node:timers/promises';
import type { CallbackKind, GateCall, Restart, SentCallback, SignUp } from '../history/history.ts';
import type { Timeline } from '../history/timeline.ts';
import { type Seeded, seeded } from '../seeded.ts';
import { SECRETS } from '../system/environment.ts';
import type { ChaosJumio } from '../upstreams/jumio.ts';
import type { ChaosKratos } from '../upstreams/kratos.ts';
import { callbackMessage } from './callback-body.ts';
import { type Door, until } from './door.ts';
import type { PersonPlan, PlannedCallback, Step } from './plan.ts';
import { tryToRestart } from './restart.ts';

/** What the people of a run share. */
export interface Scene {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly jumio: ChaosJumio;
  readonly kratos: ChaosKratos;
  readonly door: Door;
  /** Called for each callback before it is sent for the first time. */
  readonly onCallback: () => void;
  readonly log: {
    readonly signUps: SignUp[];
    readonly callbacks: SentCallback[];
    readonly gates: GateCall[];
    readonly restarts: Restart[];
  };
  /** The machine’s time after which nobody waits any more, whatever does not come. */
  readonly endsAt: number;
  /** Executions of other people, for forgeries. */
  readonly executionIds: string[];
}

const JSON_TYPE = { 'content-type': 'application/json' };

const FROM_KRATOS = { ...JSON_TYPE, 'x-webhook-secret': SECRETS.webhook };

/** Kratos or Jumio repeat a call without a 2xx; a lease of a killed replica lasts half a minute. */
const PATIENCE_MS = 150_000;

/** How long a person waits for something. */
function patience({ endsAt }: Scene, most = PATIENCE_MS): number {
  return Math.min(most, endsAt - Date.now());
}

/** Kratos gives up after three tries, in about three seconds. */
const GATE_PATIENCE_MS = 2_500;

/** Asks the gate as Kratos does at a sign-in; an allowed one gets a session. */
export async function signIn(scene: Scene, identityId: string, random: Seeded): Promise<GateCall> {
  const { timeline, kratos, door } = scene;
  const copy = kratos.copyOf(identityId);
  const from = timeline.next();
  const body = JSON.stringify({
    kratos_identity_id: identityId,
    created_at: kratos.createdAt(identityId),
    schema_id: 'default',
    metadata_public: copy === undefined ? null : { jumio: copy.public },
    flow: { kind: 'login', id: random.uuid(), type: 'browser', method: 'password', refresh: false },
  });
  const request = { method: 'POST', path: '/jumio/validate', headers: FROM_KRATOS, body } as const;
  const answer = await until(() => door.ask(request, random, 'gate answered'), GATE_PATIENCE_MS, 500);
  const to = timeline.next();
  if (answer?.status === 204) kratos.addSession(identityId);
  return { identityId, from, to, copyVersion: copy?.admin.version ?? 0, status: answer?.status };
}

/** Calls the hook of a sign-up once. A repeated call changes nothing, and wakes the worker of the replica that it reaches. */
export async function callSignUpHook({ kratos, door }: Scene, identityId: string, random: Seeded): Promise<boolean> {
  const body = JSON.stringify({
    kratos_identity_id: identityId,
    schema_id: 'default',
    created_at: kratos.createdAt(identityId),
    flow: { id: random.uuid(), type: 'browser', method: 'password', return_to: null },
  });
  const request = { method: 'POST', path: '/jumio/initiate', headers: FROM_KRATOS, body } as const;
  return (await door.ask(request, random, 'sign-up answered'))?.status === 204;
}

async function signUp(scene: Scene, identityId: string, random: Seeded): Promise<void> {
  const { timeline, kratos, log } = scene;
  kratos.signUp(identityId);
  await until(
    async () => {
      if (!(await callSignUpHook(scene, identityId, random))) return undefined;
      log.signUps.push({ seq: timeline.next(), identityId });
      return true;
    },
    patience(scene),
    300,
  );
}

const TRUE_KINDS = new Set<CallbackKind>(['genuine', 'signed', 'duplicate']);

/** A forger tries until the service answers; what is refused may end without an answer. */
const FORGER_PATIENCE_MS = 10_000;

async function sendCallback(
  scene: Scene,
  executionId: string,
  { kind, delayMs }: PlannedCallback,
  givesUp: boolean,
  random: Seeded,
): Promise<void> {
  const { jumio, door, log, timeline, executionIds } = scene;
  await sleep(delayMs);
  scene.onCallback();
  const foreignId = executionIds[random.below(executionIds.length)] ?? random.uuid();
  await until(
    async () => {
      const execution = jumio.find(executionId);
      // An execution that is gone announces nothing any more.
      if (execution === undefined) return true;
      const { body, headers } = callbackMessage({ kind, execution, foreignId }, random);
      const seq = timeline.next();
      const request = { method: 'POST', path: '/jumio/callback', headers: { ...JSON_TYPE, ...headers }, body } as const;
      const status = (await door.ask(request, random, 'callback answered'))?.status;
      log.callbacks.push({ seq, kind, identityId: execution.creation.identityId, executionId, status });
      const isTaken = status !== undefined && status < 500;
      return isTaken || givesUp ? true : undefined;
    },
    patience(scene, TRUE_KINDS.has(kind) ? PATIENCE_MS : FORGER_PATIENCE_MS),
    300,
    true,
  );
}

/** Asks for another attempt until it is granted or refused; returns the execution of the link. */
async function restart(scene: Scene, identityId: string, random: Seeded): Promise<string | undefined> {
  const { timeline, door, log } = scene;
  const from = timeline.next();
  let mayBeGranted = false;
  const result = await until(
    async () => {
      const tried = await tryToRestart(door, identityId, random);
      if (tried.kind !== 'later') return tried;
      mayBeGranted ||= tried.mayBeGranted;
      return undefined;
    },
    patience(scene),
    700,
  );
  const isUnsure = result === undefined || (result.kind === 'refused' && mayBeGranted);
  const outcome = isUnsure ? 'unanswered' : result.kind === 'link' ? 'granted' : 'refused';
  log.restarts.push({ from, to: timeline.next(), identityId, outcome });
  return result?.kind === 'link' ? result.executionId : undefined;
}

/** Waits until the published copy accepts a test. */
function whenPublished<T>(scene: Scene, identityId: string, read: (copy: ReturnType<ChaosKratos['copyOf']>) => T) {
  return until(() => read(scene.kratos.copyOf(identityId)), patience(scene), 60);
}

/** An execution that nobody got the link of is decided too, and announced with its true reference: it must not count. */
async function useOrphans(scene: Scene, identityId: string, linkedId: string, random: Seeded): Promise<void> {
  for (const { creation } of scene.jumio.ofIdentity(identityId)) {
    if (creation.executionId === linkedId || creation.answered === 'given' || random.chance(0.5)) continue;
    scene.jumio.decide(creation.executionId, { type: 'PASSED', isRetryable: false });
    const planned: PlannedCallback = { kind: 'foreign-execution', delayMs: 0 };
    await sendCallback(
      { ...scene, executionIds: [creation.executionId] },
      creation.executionId,
      planned,
      false,
      random,
    );
  }
}

async function early(scene: Scene, identityId: string, random: Seeded): Promise<void> {
  const created = await until(() => scene.jumio.ofIdentity(identityId)[0], patience(scene), 20);
  if (created) await sendCallback(scene, created.creation.executionId, { kind: 'early', delayMs: 0 }, false, random);
}

/** A person who sees nothing of a verification for so long signs in. */
const SIGN_IN_AFTER_MS = 20_000;

/**
 * Signs up, and waits for the first execution. A sign-up is acknowledged also where the ledger cannot be written
 * (docs/design.md#http-routes): the next sign-in makes the row. Returns the execution; undefined: it never came.
 */
async function arrive(scene: Scene, identityId: string, random: Seeded): Promise<string | undefined> {
  await signUp(scene, identityId, random);
  return until(
    async () => {
      const read = () => scene.kratos.copyOf(identityId)?.public.workflow_execution_id;
      const executionId = await until(read, patience(scene, SIGN_IN_AFTER_MS), 60);
      if (executionId === undefined) scene.log.gates.push(await signIn(scene, identityId, random));
      return executionId;
    },
    patience(scene),
    60,
  );
}

/** Lives one planned life. False: something did not come in time, and the rest of the plan was not possible. */
export async function live(scene: Scene, { identityId, steps }: PersonPlan): Promise<boolean> {
  const random = seeded(scene.seed, 'life', identityId);
  const executions = new Map<number, string>();
  const announced = steps.some((step) => step.do === 'announce' && step.callbacks.some(({ kind }) => kind === 'early'));
  const [first] = await Promise.all([
    arrive(scene, identityId, random),
    announced ? early(scene, identityId, random) : undefined,
  ]);
  if (first === undefined) return false;
  executions.set(1, first);
  scene.executionIds.push(first);
  await useOrphans(scene, identityId, first, random);
  for (const step of steps) if (!(await take(scene, identityId, step, executions, random))) return false;
  return true;
}

/** Takes one step; false: the rest of the plan is not possible. */
async function take(
  scene: Scene,
  identityId: string,
  step: Step,
  executions: Map<number, string>,
  random: Seeded,
): Promise<boolean> {
  if (step.do === 'sign-in') {
    scene.log.gates.push(await signIn(scene, identityId, random));
    return true;
  }
  if (step.do === 'restart') {
    const isThere = await whenPublished(scene, identityId, (copy) => copy?.public.status === step.after || undefined);
    const executionId = isThere ? await restart(scene, identityId, random) : undefined;
    if (executionId !== undefined) executions.set(2, executionId);
    return executionId !== undefined;
  }
  const executionId = executions.get(step.attempt);
  if (executionId === undefined) return false;
  const givesUp = step.do === 'outcome' && step.givesUp;
  if (step.do === 'outcome') {
    const { outcome } = step;
    if (outcome.status === 'PROCESSED') scene.jumio.decide(executionId, outcome);
    else scene.jumio.progress(executionId, outcome.status);
  }
  const planned = step.callbacks.filter(({ kind }) => kind !== 'early');
  const sent = planned.map((callback) => sendCallback(scene, executionId, callback, givesUp, random));
  const asked = random.chance(0.5) ? signIn(scene, identityId, random) : undefined;
  await Promise.all(sent);
  if (asked !== undefined) scene.log.gates.push(await asked);
  return true;
}
