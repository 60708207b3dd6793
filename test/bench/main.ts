import { benchBacklog } from './backlog.ts';
import { benchCalls } from './calls.ts';
import { benchEid, benchEidPage } from './eid.ts';
import { benchPage } from './page.ts';
import { benchPostgres, benchRoutes } from './routes.ts';
import { benchSignIn } from './sign-in.ts';

/** `npm run bench [routes|postgres|backlog|sign-in|page|calls|eid|eid-page]`: ratios of one run; nothing here passes or fails. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const BENCHES = {
  routes: benchRoutes,
  postgres: benchPostgres,
  backlog: benchBacklog,
  'sign-in': benchSignIn,
  page: benchPage,
  calls: benchCalls,
  eid: benchEid,
  'eid-page': benchEidPage,
};

const wanted = process.argv.slice(2);
print(`Node ${process.version}`);
for (const [name, bench] of Object.entries(BENCHES))
  if (wanted.length === 0 || wanted.includes(name)) await bench(print);
