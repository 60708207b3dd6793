import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

it('docs/operations.md has every command, and no other', async () => {
  const { code, out } = await runCli(beside, ['--help']);
  const commands = all(out.slice(out.indexOf('Commands:')), /^ {2}([a-z-]+) /gm).filter((name) => name !== 'help');
  expect(code).toBe(0);
  expect(commands.length).toBeGreaterThan(8);
  const headings = all(page, /^## (.*)$/gm).join('\n');
  expect(new Set(all(headings, /`([a-z-]+)/g))).toEqual(new Set(commands));
});

it('docs/operations.md names only options that the command has', async () => {
  for (const [, line = ''] of page.matchAll(/^\$ npm run cli -- (.*)$/gm)) {
    const [command = '', ...words] = line.split(' ');
    const { out } = await runCli(beside, [command, '--help']);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toContain(option);
  }
});
