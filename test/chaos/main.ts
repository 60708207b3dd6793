import { parseArgs } from 'node:util';
import bundlePrograms from '../support/run/bundle-programs.ts';
import { whyNoPostgres } from '../support/service/databases.ts';
import { printVerdict } from './print.ts';
import { runChaos } from './run.ts';
import type { DatabaseName } from './system/database.ts';

/**
 * `npm run test:chaos [-- --callbacks N --seed N --database sqlite|postgres|both --kill-every N]`: kills and faults, and a
 * proof that no verdict was lost, doubled, forged, laundered or bypassed. Exit code 1: it was, or not everything was done.
 */
const { values } = parseArgs({
  options: {
    callbacks: { type: 'string', default: '2500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string', default: 'both' },
    'kill-every': { type: 'string' },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number, at least 1`);
  return number;
}

async function databases(): Promise<DatabaseName[]> {
  if (values.database === 'sqlite') return ['sqlite'];
  if (values.database !== 'both' && values.database !== 'postgres')
    throw new Error('--database is sqlite, postgres or both');
  const why = await whyNoPostgres();
  if (why !== undefined) print(`postgres: ${why}`);
  const found: DatabaseName[] = why === undefined ? ['postgres'] : [];
  return values.database === 'both' ? ['sqlite', ...found] : found;
}

async function run(): Promise<boolean> {
  const names = await databases();
  const seed = numberOf('seed', values.seed);
  const callbacks = Math.ceil(numberOf('callbacks', values.callbacks) / Math.max(1, names.length));
  // A few dozen kills in a short run, hundreds in a long one.
  const killEvery =
    values['kill-every'] === undefined
      ? Math.max(50, Math.min(180, callbacks / 40))
      : numberOf('kill-every', values['kill-every']);
  // Side by side: with PostgreSQL most of the time is spent waiting for the leases of killed replicas.
  const proofs = names.map(async (database) => {
    const { verdict, errors } = await runChaos({ database, seed, callbacks, killEvery: Math.ceil(killEvery), print });
    printVerdict(database, verdict, print);
    if (verdict.violations.length > 0) print(`the last errors of the log:\n${errors.slice(-5).join('\n')}`);
    return verdict.violations.length === 0;
  });
  return (await Promise.all(proofs)).every((isProved) => isProved);
}

const removeBundles = await bundlePrograms();
try {
  if (!(await run())) process.exitCode = 1;
} finally {
  removeBundles();
}
