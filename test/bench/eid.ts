import { once } from 'node:events';
import { z } from 'zod';
import { newPerson } from '../../sandbox/journeys/person.ts';
import { startNeighbourhood } from '../../sandbox/neighbourhood.ts';
import { closedLoop, type Target } from './load.ts';
import { load } from './page.ts';
import { startTarget } from './routes.ts';
import { compared, inTurns } from './turns.ts';

const RULES = 'rules: [{ when: { status: rejected }, then: block }, { then: allow }]';
const WITHOUT = { POLICY: RULES };
const WITH = {
  EID_PROVIDERS: 'mobile: { issuer: "http://127.0.0.1:9", client_id: bridge, levels: [loa-2, loa-3] }',
  POLICY: `${RULES}\nevidence: { mobile: [loa-3] }\nrequired_level: { default: { mobile: loa-2 } }`,
};

/** Many short runs: what a machine does besides hits single ones, and a median leaves those out. */
const ROUNDS = 40;
const RUN_MS = 250;
const LOADS = 200;
const WARM_UP = 300;
const WARM_UP_MS = 2_500;

type Side = Awaited<ReturnType<typeof startTarget>>;
type Route = 'validate' | 'callback' | 'initiate';

const usage = z.object({ user: z.number(), system: z.number() });

/** Microseconds of processor time that a side has used so far. */
async function cpuOf({ child }: Side): Promise<number> {
  child.send('cpu');
  const [message] = await once(child, 'message');
  const { user, system } = usage.parse(message);
  return user + system;
}

interface Run {
  readonly perSecond: number;
  /** Microseconds of processor time for each request: what is left of it on a machine that is busy with others. */
  readonly cpu: number;
}

async function run(side: Side, route: Route, connections: number): Promise<Run> {
  let count = 0;
  const target = side.all[route];
  const request: Target['request'] = (n) => {
    count += 1;
    return target.request(n);
  };
  const before = await cpuOf(side);
  const perSecond = await closedLoop({ ...target, request }, connections, RUN_MS);
  return { perSecond, cpu: ((await cpuOf(side)) - before) / count };
}

async function figures(withEid: Side, without: Side, route: Route, connections: number): Promise<string> {
  const of = (side: Side) => () => run(side, route, connections);
  for (const side of [without, withEid]) await closedLoop(side.all[route], connections, WARM_UP_MS);
  const rounds = await inTurns(ROUNDS, of(without), of(withEid));
  const only = (figure: keyof Run) =>
    rounds.map((one) => ({
      with: [one.with[0][figure], one.with[1][figure]] as const,
      without: [one.without[0][figure], one.without[1][figure]] as const,
    }));
  return `${compared(only('cpu'))}\n  requests per second ${compared(only('perSecond'))}`;
}

async function benchRoutes(print: (line: string) => void): Promise<void> {
  const [without, withEid] = await Promise.all([startTarget(WITHOUT), startTarget(WITH)]);
  const told = async (route: Route, connections: number): Promise<void> => {
    const found = await figures(withEid, without, route, connections);
    print(`eID / without, ${route}, ${connections} connections: processor time ${found}`);
  };
  try {
    await told('validate', 20);
    await told('callback', 20);
    await told('callback', 100);
    await told('initiate', 20);
  } finally {
    for (const { child } of [without, withEid]) child.disconnect();
  }
}

/** A page of somebody who signed up by password: how long one load takes. */
async function pageOf(place: Awaited<ReturnType<typeof startNeighbourhood>>): Promise<() => Promise<number>> {
  const person = await newPerson(place);
  await person.sees({ status: 'pending' });
  const cookie = await person.browser.cookies(`${place.verifyUrl}/jumio/verify`);
  return async () => (await load(`${place.service().url}/jumio/verify`, cookie)).ms;
}

async function benchPages(print: (line: string) => void): Promise<void> {
  const rate = { PAGE_RATE: '100000' };
  const places = [await startNeighbourhood({ env: { ...rate, ...WITHOUT } })];
  try {
    const other = await startNeighbourhood({ env: { ...rate, ...WITH } });
    places.push(other);
    const [without, withEid] = [await pageOf(places[0] ?? other), await pageOf(other)];
    for (let n = 0; n < WARM_UP; n += 1) await Promise.all([without(), withEid()]);
    const rounds = await inTurns(LOADS, without, withEid);
    print(`eID / without, a page: time ${compared(rounds)}`);
  } finally {
    for (const place of places) await place.stop();
  }
}

/** What people without an eID pay where eID and Jumio are both on: the same requests to a service with it and without. */
export async function benchEid(print: (line: string) => void): Promise<void> {
  await benchRoutes(print);
  await benchPages(print);
}
