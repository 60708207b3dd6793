import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPerson } from '../../sandbox/scenarios/person.ts';
import { type Stack, startStack } from '../../sandbox/stack/start.ts';
import { closedLoop } from './load.ts';
import { load } from './page.ts';
import { measure, type Run } from './processor.ts';
import { startTarget } from './routes.ts';
import { compared, forEachSide, inTurns, mapped, type Sides } from './turns.ts';

const RULES = 'rules: [{ when: { status: rejected }, then: block }, { then: allow }]';

const WITHOUT = { POLICY: RULES };

const WITH = {
  EID_PROVIDERS: 'mobile: { issuer: "http://127.0.0.1:9", client_id: bridge, levels: [loa-2, loa-3] }',
  POLICY: `${RULES}\nevidence: { mobile: [loa-3] }\nrequired_level: { default: { mobile: loa-2 } }`,
};

const ENVIRONMENTS: Sides<Readonly<Record<string, string>>> = { without: WITHOUT, with: WITH, again: WITHOUT };

/** Many short runs: other work of the machine disturbs single runs, which a median leaves out. */
const ROUNDS = 81;

const RUN_MS = 250;

const LOADS = 399;

const WARM_UP = 201;

const WARM_UP_MS = 2_500;

type Side = Awaited<ReturnType<typeof startTarget>>;

type Route = 'validate' | 'callback' | 'initiate';

async function figures(sides: Sides<Side>, route: Route, connections: number): Promise<string> {
  await forEachSide(sides, (side) => closedLoop(side.all[route], connections, WARM_UP_MS));
  const runs = await inTurns(
    ROUNDS,
    mapped(sides, (side) => () => measure(side.child, side.all[route], connections, RUN_MS)),
  );
  const only = (figure: keyof Run) => mapped(runs, (of) => of.map((one) => one[figure]));
  return `${compared(only('cpu'))}\n  requests per second ${compared(only('perSecond'))}`;
}

/** What a service with these variables costs, in ratio to one without: the same requests to both. */
async function benchConfigured(
  what: string,
  environments: Sides<Readonly<Record<string, string>>>,
  print: (line: string) => void,
): Promise<void> {
  const sides = await forEachSide(environments, startTarget);
  const printRatio = async (route: Route, connections: number): Promise<void> =>
    print(
      `${what} / without, ${route}, ${connections} connections: processor time ${await figures(sides, route, connections)}`,
    );
  try {
    await printRatio('validate', 20);
    await printRatio('callback', 20);
    await printRatio('callback', 100);
    await printRatio('initiate', 20);
  } finally {
    mapped(sides, ({ child }) => child.disconnect());
  }
}

/** The cost for people without an eID where eID is configured. */
export function benchEid(print: (line: string) => void): Promise<void> {
  return benchConfigured('eID', ENVIRONMENTS, print);
}

/** The cost where an application is told of changes: it takes none, because nothing listens there. */
export async function benchEvents(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  try {
    const path = join(folder, 'secret');
    await writeFile(path, `whsec_${randomBytes(32).toString('base64')}`);
    const endpoints = [{ name: 'shop', url: 'http://127.0.0.1:9/', secret_files: [path] }];
    const told = { ...WITHOUT, WEBHOOKS: JSON.stringify({ endpoints }) };
    await benchConfigured('events', { without: WITHOUT, with: told, again: WITHOUT }, print);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A page of somebody who signed up by password: how long one load takes. */
async function pageOf(stack: Stack): Promise<() => Promise<number>> {
  const person = await newPerson(stack);
  await person.waitFor({ status: 'pending' });
  const cookie = await person.browser.cookies(`${stack.verifyUrl}/jumio/verify`);
  return async () => (await load(`${stack.service().url}/jumio/verify`, cookie)).ms;
}

/** The same of a page, beside a Kratos of its own for each side. */
export async function benchEidPage(print: (line: string) => void): Promise<void> {
  const places: Stack[] = [];
  try {
    const pages = await forEachSide(ENVIRONMENTS, async (env) => {
      const stack = await startStack({ env: { PAGE_RATE: '100000', ...env } });
      places.push(stack);
      return pageOf(stack);
    });
    await inTurns(WARM_UP, pages);
    print(`eID / without, a page: time ${compared(await inTurns(LOADS, pages))}`);
  } finally {
    for (const stack of places) await stack.stop();
  }
}
