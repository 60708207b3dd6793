import { z } from 'zod';
import { newPerson } from '../../sandbox/scenarios/person.ts';
import { startStack } from '../../sandbox/stack/start.ts';
import { median } from './load.ts';

const LOADS = 300;

/** Requests before the measurement: a service that has just started is still compiling. */
const WARM_UP = 1_000;

const requestLine = z.object({ req: z.object({ route: z.literal('/jumio/verify') }), ms: z.number() });

/** Milliseconds that the service itself took for a page, as its log says. */
function servedIn(line: string): number | undefined {
  return line.includes('/jumio/verify') ? requestLine.safeParse(JSON.parse(line)).data?.ms : undefined;
}

/** An answer that was loaded as a whole. */
export interface Loaded {
  readonly ms: number;
  readonly text: string;
}

export async function load(url: string, cookie: string): Promise<Loaded> {
  const started = performance.now();
  const answer = await fetch(url, { headers: { cookie, accept: 'text/html', 'accept-encoding': 'identity' } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  return { ms: performance.now() - started, text };
}

/** The URLs that a page makes a browser fetch: stylesheets, scripts, pictures. */
function partsOf(html: string): string[] {
  const tags = [...html.matchAll(/<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"/g)];
  return [...new Set(tags.map(([, path = '']) => path.replaceAll('&#61;', '=')))].filter((path) =>
    path.startsWith('/'),
  );
}

/** Bytes of the bodies, as they are without compression. */
export async function weigh(page: Loaded, origin: string, cookie: string): Promise<string> {
  const parts = partsOf(page.text);
  const bodies = await Promise.all(parts.map((path) => load(`${origin}${path}`, cookie)));
  const sizes = [page, ...bodies].map(({ text }) => Buffer.byteLength(text));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return `${(total / 1024).toFixed(1)} KiB  (${sizes.join(' + ')} bytes; ${['the page', ...parts].join(', ')})  aim under 30`;
}

/** The person's page beside the whoami call that it must make, in one run; and what a browser fetches for it. */
export async function benchPage(print: (line: string) => void): Promise<void> {
  const served: number[] = [];
  const onLog = (line: string): void => {
    const ms = servedIn(line);
    if (ms !== undefined) served.push(ms);
  };
  // One person loads more pages than one person may.
  const stack = await startStack({ env: { PAGE_RATE: '100000' }, onLog });
  try {
    const person = await newPerson(stack);
    await person.waitFor({ status: 'pending' });
    const [origin, whoami] = [stack.service().url, `${stack.kratos.publicLoopbackUrl}/sessions/whoami`];
    const own = await person.browser.cookies(`${stack.verifyUrl}/jumio/verify`);
    const times = { page: [] as number[], whoami: [] as number[] };
    for (let n = 0; n < WARM_UP + LOADS; n += 1) {
      const [page, asked] = [await load(`${origin}/jumio/verify`, own), await load(whoami, own)];
      if (n < WARM_UP) continue;
      times.page.push(page.ms);
      times.whoami.push(asked.ms);
    }
    const [page, asked] = [median(served.slice(-LOADS)), median(times.whoami)];
    const shown = `${page.toFixed(2)} ms by its own log / ${asked.toFixed(2)} ms, median of ${LOADS}, Kratos ${stack.kratos.version}`;
    print(`a page beside its whoami call                ${(page - asked).toFixed(2)} ms  (${shown})  aim under 5`);
    print(`the same, as a client sees it                ${(median(times.page) - asked).toFixed(2)} ms`);
    print(
      `bytes of one page load                       ${await weigh(await load(`${origin}/jumio/verify`, own), origin, own)}`,
    );
  } finally {
    await stack.stop();
  }
}
