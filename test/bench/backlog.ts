import { fixedRate, quantile } from './load.ts';
import { startTarget } from './routes.ts';

const DUE = 10_000;

const PER_SECOND = 200;

/** The gate beside a backlog: Jumio is down, ten thousand reads are due, and the worker claims them. `BENCH_ROWS` sets the rows. */
export async function benchBacklog(print: (line: string) => void): Promise<void> {
  const { child, all } = await startTarget({ BENCH_DUE: String(DUE) });
  try {
    child.send('worker');
    const latencies = await fixedRate(all.validate, PER_SECOND, 20_000);
    const [p50, p99] = [quantile(latencies, 0.5).toFixed(2), quantile(latencies, 0.99).toFixed(2)];
    print(`validate at ${PER_SECOND}/s, ${DUE} reads due, Jumio down   p50 ${p50} ms, p99 ${p99} ms`);
  } finally {
    child.disconnect();
  }
}
