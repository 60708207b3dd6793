import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

async function help(command: string): Promise<string> {
  return (await runCli(beside, [...command.split(' '), '--help'])).out;
}

const { out: overview } = await runCli(beside, ['--help']);

const GROUPS = ['keys', 'events', 'transactions'];

const IN_GROUPS = [
  'keys list',
  'keys rotate',
  'keys revoke',
  'events list',
  'events replay',
  'events test',
  'events secret',
  'transactions show',
  'transactions evidence',
  'transactions list',
  'transactions unblock',
  'transactions client',
];

const commands = [...overview.slice(overview.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) /gm)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'help' && !GROUPS.includes(name))
  .concat(IN_GROUPS);

describe('--help', () => {
  it.each(commands)('%s has examples, and each uses only options that it has', async (command) => {
    const text = await help(command);
    const [options = '', examples = ''] = text.split('\nExamples:\n');
    const lines = examples.trimEnd().split('\n');
    for (const line of lines) {
      expect(line.startsWith(`  $ jumio-bridge ${command} `), line).toBe(true);
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(options).toContain(`${option} `);
    }
  });

  it.each([
    ['kratos-config', '--out'],
    ['restart', '--by'],
    ['erase', '--by'],
    ['override', '--by'],
    ['override', '--reason'],
    ['keys rotate', '--by'],
    ['keys revoke', '--by'],
    ['transactions unblock', '--by'],
  ])('%s marks %s as required', async (command, option) => {
    const text = (await help(command)).replaceAll(/\n {10,}/g, ' ');
    expect(text).toMatch(new RegExp(`${option} .*\\(required\\)`));
    expect(text).not.toMatch(/--json.*\(required\)/);
  });
});

describe('--version', () => {
  it.each(['', ...GROUPS, ...commands])(
    'jumio-bridge %s --version prints the version of package.json',
    async (command) => {
      const { code, out } = await runCli(beside, [...command.split(' ').filter(Boolean), '--version']);
      expect([code, out]).toEqual([0, `kratos-jumio-bridge ${version}\n`]);
    },
  );
});
