import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { announceCurrent } from '../../webhook/events/index.ts';
import { EVENT_TYPES, type Subscription } from '../../webhook/events/model.ts';
import { openLedger } from '../../webhook/ledger/ledger.ts';
import { normalize } from '../../webhook/verification/record/index.ts';
import { quantile } from './load.ts';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);

const READS = 200;

/** Writes events that wait, in the same number for each endpoint: every hundredth has failed, and comes again within a day. */
function write(path: string, endpoints: number, now: number): void {
  const database = new Libsql(path);
  database.exec(`insert into deliveries (endpoint, identity_id, version, type, body, made_at, due, tries, lease, leased_until)
    with recursive c(n) as (select 0 union all select n + 1 from c where n < ${EVENTS - 1})
    select 'endpoint-' || (n % ${endpoints}), printf('%08x-0000-4000-8000-000000000000', n), 1, 'verification.pending',
      printf('%.*c', 400, 'x'), ${now} - n, case when n % 100 = 0 then ${now} + (n % 86400) * 1000 else ${now} - n + 60000 end,
      case when n % 100 = 0 then 9 else 0 end, 0, 0 from c`);
  database.close();
}

/** How long the age of signed events takes to read, which holds up everything else of the process. */
export async function benchEventAges(print: (line: string) => void): Promise<void> {
  for (const endpoints of [1, 50]) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-ages-'));
    const path = join(folder, 'ledger.sqlite');
    const now = Date.now();
    const names = Array.from({ length: endpoints }, (_, n) => `endpoint-${n}`);
    const subscriptions = names.map((name): Subscription => ({ name, types: EVENT_TYPES, fingerprint: 'a' }));
    const ledger = await openLedger(`file:${path}`, now, normalize);
    try {
      await ledger.deliveries.configure(now, subscriptions, announceCurrent);
      write(path, endpoints, now);
      const times: number[] = [];
      for (let n = 0; n < READS; n += 1) {
        const started = performance.now();
        await ledger.deliveries.ages();
        times.push(performance.now() - started);
      }
      const [first = 0] = times;
      const sorted = times.sort((a, b) => a - b);
      const shown = [0.5, 0.99, 1].map((at) => `${quantile(sorted, at).toFixed(2)} ms`).join(', ');
      print(
        `ages of ${endpoints} endpoints, ${EVENTS} events wait   first ${first.toFixed(2)} ms, p50, p99, longest ${shown}  aim 10 ms`,
      );
    } finally {
      await ledger.close();
      rmSync(folder, { recursive: true });
    }
  }
}
