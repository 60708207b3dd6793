import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type AdminProxy, startAdminProxy } from '../../../sandbox/kratos/proxy.ts';
import { freePorts } from '../../../sandbox/kratos/real/ports.ts';
import {
  type JumioCall,
  type JumioControl,
  type JumioExecution,
  jumioControl,
} from '../../../sandbox/scenarios/jumio-control.ts';
import { newPerson, type Person } from '../../../sandbox/scenarios/person.ts';
import { type Stack, type StackOptions, startStack } from '../../../sandbox/stack/start.ts';
import { isReal } from './kratos-under-test.ts';

/** The running stack, for the tests of one `describe`. */
export interface World {
  readonly stack: Stack;
  readonly jumio: JumioControl;
  /** Between the service and Kratos’ admin API: records every call and applies faults on demand. */
  readonly admin: AdminProxy;
  /** The service's log so far. */
  readonly log: readonly string[];
}

/** Waits up to 20 s until an assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 50 });
}

/** High rates, because many people share one tenant and these tests are not about its rates. */
const HIGH_RATES = {
  JUMIO_ACCOUNT_RATE: '100',
  JUMIO_ACCOUNT_BURST: '100',
  JUMIO_RETRIEVAL_RATE: '100',
  PAGE_RATE: '6000',
};

/** Matches what no line of the log may hold: e-mail addresses, links, sessions, credentials. */
const SECRETS = /@example\.org|authorizationToken|ory_kratos_session=|correct-horse|sandbox-secret|-secret-0001|eyJ/;

async function startWorld(options: StackOptions): Promise<World> {
  const ports = options.kratos?.ports ?? (await freePorts());
  const admin = await startAdminProxy(`http://127.0.0.1:${ports.admin}`);
  const log: string[] = [];
  try {
    const stack = await startStack({
      ...options,
      kratos: { ports, ...options.kratos },
      env: { ...HIGH_RATES, KRATOS_ADMIN_URL: admin.url, ...options.env },
      onLog: (line) => log.push(line),
    });
    return { stack, jumio: jumioControl(stack.jumioUrl), admin, log };
  } catch (error) {
    await admin.stop();
    throw error;
  }
}

/** Starts a world before the tests of the enclosing `describe`. After them its log must hold no secret. */
export function useWorld(options: StackOptions = {}): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld(options);
  });
  afterAll(async () => {
    await world?.stack.stop();
    await world?.admin.stop();
    expect(world?.log.filter((line) => SECRETS.test(line)) ?? []).toEqual([]);
  });
  return () => {
    if (world === undefined) throw new Error('the world did not start');
    return world;
  };
}

/** Signs people up at the same time; with a real Kratos one after the other, because its SQLite would be locked. */
export async function newPeople(stack: Stack, count: number): Promise<Person[]> {
  if (!isReal) return Promise.all(Array.from({ length: count }, () => newPerson(stack)));
  const people: Person[] = [];
  while (people.length < count) people.push(await newPerson(stack));
  return people;
}

/** Waits for the execution of an identity at Jumio. Fails without one, and where there are several. */
export async function onlyExecutionOf(
  { jumio }: World,
  { identityId }: { identityId: string },
): Promise<JumioExecution> {
  // A sign-up waits for Jumio's answer for at most two seconds.
  const { execution, others } = await eventually(async () => {
    const [first, ...more] = await jumio.executionsOf(identityId);
    if (first === undefined) throw new Error('Jumio has no execution of this identity');
    return { execution: first, others: more };
  });
  expect(others).toEqual([]);
  return execution;
}

/** The calls to Jumio about an identity, by the sandbox's call log; other identities of the world may cause calls too. */
export async function callsOf(
  { jumio }: Pick<World, 'jumio'>,
  { identityId }: { identityId: string },
): Promise<JumioCall[]> {
  return (await jumio.calls()).filter(({ customerInternalReference }) => customerInternalReference === identityId);
}

/** The number of calls that started an execution for an identity. */
export async function startsOf(world: Pick<World, 'jumio'>, person: { identityId: string }): Promise<number> {
  return (await callsOf(world, person)).filter(({ kind }) => kind === 'create' || kind === 'update').length;
}
