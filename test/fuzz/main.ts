import { parseArgs } from 'node:util';
import { keepInput, keptInputs } from './corpus.ts';
import { type Report, runTarget } from './engine.ts';
import { openTargets } from './targets/index.ts';

/**
 * `npm run test:fuzz [-- --cases 1000000] [--seed 1] [--target policy] [--keep]`: kept and fresh inputs at every door of the
 * service. Exits with 1 where something did not hold. `--keep` adds what was found to the corpus.
 */
const OPTIONS = {
  cases: { type: 'string', default: '50000' },
  seed: { type: 'string' },
  target: { type: 'string', multiple: true },
  keep: { type: 'boolean', default: false },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function number(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell, index) => (index === 0 ? String(cell).padEnd(18) : String(cell).padStart(10))).join('');
}

function rowOf({ target, cases, accepted, threw, kinds, slowest, seconds, findings }: Report): string {
  return row([target, cases, accepted, threw, kinds, slowest.toFixed(2), seconds.toFixed(1), findings.length]);
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const cases = number(values.cases, 'cases');
  const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : number(values.seed, 'seed');
  const all = await openTargets();
  const wanted = values.target ?? [];
  const targets = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  print(`Node ${process.version}, seed ${seed}`);
  print(row(['target', 'cases', 'accepted', 'threw', 'kinds', 'slowest ms', 'seconds', 'findings']));
  const reports: Report[] = [];
  for (const target of targets) {
    const part = Math.ceil((cases * target.share) / shares);
    const report = await runTarget(target, { cases: part, seed, kept: keptInputs(target.name) });
    reports.push(report);
    print(rowOf(report));
    for (const { problem, input } of report.findings) {
      print(
        `  ${target.name}: ${problem}\n    input (JSON, for test/fuzz/corpus/${target.name}/): ${JSON.stringify(input)}`,
      );
      print(`    again: npm run test:fuzz -- --seed ${seed} --target ${target.name} --cases ${part}`);
      if (values.keep) keepInput(target.name, input);
    }
  }
  print(rowOf(totalOf(reports)));
  for (const target of all) await target.close?.();
  return reports.some(({ findings }) => findings.length > 0) || targets.length === 0 ? 1 : 0;
}

function totalOf(reports: readonly Report[]): Report {
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0);
  return {
    target: 'all',
    cases: sum(({ cases }) => cases),
    accepted: sum(({ accepted }) => accepted),
    threw: sum(({ threw }) => threw),
    kinds: sum(({ kinds }) => kinds),
    slowest: Math.max(0, ...reports.map(({ slowest }) => slowest)),
    seconds: sum(({ seconds }) => seconds),
    findings: reports.flatMap(({ findings }) => findings),
  };
}

process.exitCode = await run();
