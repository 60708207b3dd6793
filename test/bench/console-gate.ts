import { randomUUID } from 'node:crypto';
import { json, startRecordingServer } from '../support/fakes/http-server.ts';
import { closedLoop, fixedRate, quantile } from './load.ts';
import { measure } from './processor.ts';
import { startTarget } from './routes.ts';

const OPERATOR = randomUUID();

/** Sign-ins in a second: a busy installation, and far below what the gate can do. */
const PER_SECOND = 200;

const RUN_MS = Number(process.env.BENCH_RUN_MS ?? 10_000);

/** Rounds of both sides, one after the other, so that a slow moment of the machine hits both. */
const ROUNDS = 4;

const QUEUE_EVERY_MS = 200;

const NUMBERS_EVERY_MS = 5_000;

/** A Kratos that knows one operator, whose session is as a decision needs it. */
function startKratos() {
  return startRecordingServer(
    (response, request) => {
      const session = {
        active: true,
        id: OPERATOR,
        authenticated_at: new Date().toISOString(),
        authenticator_assurance_level: 'aal2',
        identity: { id: OPERATOR },
      };
      json(200, session)(response, request);
    },
    { remembers: false },
  );
}

/** An operator whose page reloads itself: the queue five times a second, the numbers of 90 days every five seconds. */
function startReader(port: number): { readonly stop: () => Promise<number> } {
  let isOn = true;
  let pages = 0;
  const read = async (path: string, everyMs: number): Promise<void> => {
    while (isOn) {
      const due = performance.now() + everyMs;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie: 'ory_kratos_session=x' } });
      await answer.text();
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      pages += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
  };
  const both = Promise.all([read('/operator', QUEUE_EVERY_MS), read('/operator/numbers?days=90', NUMBERS_EVERY_MS)]);
  return {
    stop: async () => {
      isOn = false;
      await both;
      return pages;
    },
  };
}

function shown(sorted: readonly number[]): string {
  return `p50 ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms, longest ${quantile(sorted, 1).toFixed(0)} ms`;
}

/** What the gate costs and how long it takes while an operator reads, against the same gate alone. */
export async function benchGateBesideConsole(print: (line: string) => void): Promise<void> {
  const kratos = await startKratos();
  const { child, all } = await startTarget({
    BENCH_KRATOS_URL: kratos.url,
    BENCH_IN_REVIEW: '2000',
    BENCH_PUBLIC_URL: 'http://verify.demo.localhost',
    OPERATORS: JSON.stringify({ people: { [OPERATOR]: { name: 'Ann', role: 'approver' } } }),
  });
  const latencies: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
  const cpu: Record<'alone' | 'beside', number[]> = { alone: [], beside: [] };
  let pages = 0;
  try {
    await closedLoop(all.validate, 20, RUN_MS / 4);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const side of ['alone', 'beside'] as const) {
        const reader = side === 'beside' ? startReader(all.validate.port) : undefined;
        latencies[side].push(...(await fixedRate(all.validate, PER_SECOND, RUN_MS / 2)));
        cpu[side].push((await measure(child, all.validate, 20, RUN_MS / 2)).cpu);
        pages += (await reader?.stop()) ?? 0;
      }
    for (const side of ['alone', 'beside'] as const) {
      const sorted = latencies[side].sort((a, b) => a - b);
      const used = [...cpu[side]].sort((a, b) => a - b);
      const name = side === 'alone' ? 'alone' : `beside a reader (${pages} pages)`;
      print(
        `validate at ${PER_SECOND}/s, ${name}: ${shown(sorted)}; ${quantile(used, 0.25).toFixed(0)} µs of the processor for each request`,
      );
    }
  } finally {
    child.disconnect();
    await kratos.close();
  }
}
