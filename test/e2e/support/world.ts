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

/** The service between its neighbours, for the tests of one `describe`. */
export interface World {
  readonly place: Stack;
  readonly jumio: JumioControl;
  /** Between the service and Kratos’ admin API: writes down every call and misbehaves on demand. */
  readonly admin: AdminProxy;
  /** The service's log so far. */
  readonly log: readonly string[];
}

/** Waits until an assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 50 });
}

/** Many people at once, one tenant: its rates are not what these tests are about. */
const UNHURRIED = {
  JUMIO_ACCOUNT_RATE: '100',
  JUMIO_ACCOUNT_BURST: '100',
  JUMIO_RETRIEVAL_RATE: '100',
  PAGE_RATE: '6000',
};

/** What no line of the log may hold: people's addresses, links, sessions, and what authenticates anybody. */
const SECRETS = /@example\.org|authorizationToken|ory_kratos_session=|correct-horse|sandbox-secret|-secret-0001|eyJ/;

async function startWorld(options: StackOptions): Promise<World> {
  const ports = options.kratos?.ports ?? (await freePorts());
  const admin = await startAdminProxy(`http://127.0.0.1:${ports.admin}`);
  const log: string[] = [];
  try {
    const place = await startStack({
      kratos: { ports, ...options.kratos },
      env: { ...UNHURRIED, KRATOS_ADMIN_URL: admin.url, ...options.env },
      onLog: (line) => log.push(line),
    });
    return { place, jumio: jumioControl(place.jumioUrl), admin, log };
  } catch (error) {
    await admin.stop();
    throw error;
  }
}

/** Starts a world before the tests of the enclosing `describe`. After them its log is looked through for secrets. */
export function useWorld(options: StackOptions = {}): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld(options);
  });
  afterAll(async () => {
    await world?.place.stop();
    await world?.admin.stop();
    expect(world?.log.filter((line) => SECRETS.test(line)) ?? []).toEqual([]);
  });
  return () => {
    if (world === undefined) throw new Error('the world did not start');
    return world;
  };
}

/** Signs people up at the same time; one after the other where a real Kratos on SQLite would find itself locked. */
export async function newPeople(place: Stack, count: number): Promise<Person[]> {
  if (!isReal) return Promise.all(Array.from({ length: count }, () => newPerson(place)));
  const people: Person[] = [];
  while (people.length < count) people.push(await newPerson(place));
  return people;
}

/** The one execution that Jumio has of an identity, as soon as it has one; fails where there are more or none. */
export async function onlyExecutionOf(
  { jumio }: World,
  { identityId }: { identityId: string },
): Promise<JumioExecution> {
  // A sign-up goes on after two seconds, whether Jumio has answered by then or not.
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
