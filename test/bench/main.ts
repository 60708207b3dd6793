import { benchBacklog } from './backlog.ts';
import { benchCalls } from './calls.ts';
import { benchEid, benchEidPage, benchEvents } from './configured.ts';
import { benchConsole } from './console.ts';
import { benchMetrics } from './metrics.ts';
import { benchPage } from './page.ts';
import { benchPostgres, benchRoutes } from './routes.ts';
import { benchSignIn } from './sign-in.ts';
import { benchSize } from './size.ts';
import { benchTransactions } from './transactions/bench.ts';

/** `npm run bench [routes|postgres|backlog|size|sign-in|page|calls|eid|eid-page|transactions|metrics|events|console]`: ratios of one run; nothing here passes or fails. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const BENCHES = {
  routes: benchRoutes,
  postgres: benchPostgres,
  backlog: benchBacklog,
  size: benchSize,
  'sign-in': benchSignIn,
  page: benchPage,
  calls: benchCalls,
  eid: benchEid,
  'eid-page': benchEidPage,
  transactions: benchTransactions,
  metrics: benchMetrics,
  events: benchEvents,
  console: benchConsole,
};

const wanted = process.argv.slice(2);
print(`Node ${process.version}`);
for (const [name, bench] of Object.entries(BENCHES))
  if (wanted.length === 0 || wanted.includes(name)) await bench(print);
