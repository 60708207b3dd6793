import type { Verdict } from './checker/check.ts';

const MOST_VIOLATIONS = 30;

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function listed(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return `${total(counts)} (${sorted.map(([name, count]) => `${count} ${name}`).join(', ')})`;
}

/** Prints what a run proved, as a short table. */
export function printVerdict(database: string, verdict: Verdict, print: (line: string) => void): void {
  const of = (...kinds: string[]): number => verdict.violations.filter(({ kind }) => kinds.includes(kind)).length;
  const lines: readonly (readonly [string, string | number])[] = [
    ['identities, attempts', `${verdict.identities}, ${verdict.attempts}`],
    ['events, publications', `${verdict.events}, ${verdict.publications}`],
    ['callbacks', listed(verdict.callbacks)],
    ['kills', listed(verdict.kills)],
    ['faults', listed(verdict.faults)],
    ['gate', listed(verdict.gates)],
    ['orphans, explained', verdict.orphans - of('unexplained orphan')],
    ['repeats, explained', verdict.repeats],
    ['people who gave up', verdict.gaveUp],
    ['lost', of('lost', 'not drained')],
    ['doubled', of('doubled', 'out of order', 'unexplained orphan')],
    ['forged', of('forged')],
    ['laundered', of('laundered')],
    ['bypassed, locked out', `${of('bypassed')}, ${of('locked out')}`],
    ['seconds', verdict.seconds],
  ];
  print(`\n${database}: ${verdict.violations.length === 0 ? 'proved' : 'NOT PROVED'}`);
  for (const [name, value] of lines) print(`  ${name.padEnd(22)} ${value}`);
  for (const { kind, identityId, expected, seen, seed } of verdict.violations.slice(0, MOST_VIOLATIONS))
    print(`  ${kind}: ${identityId ?? 'the run'}: expected ${expected}; seen ${seen} (seed ${seed})`);
}
