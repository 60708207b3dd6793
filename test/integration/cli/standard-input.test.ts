import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { programArguments } from '../../../sandbox/stack/program.ts';
import { openOn, signUp } from '../../contract/ledger/world.ts';
import { sqlite } from '../../support/service/databases.ts';
import { MINIMAL } from '../../support/service/environment.ts';

async function statusWith(input: (id: string) => string) {
  const databaseUrl = await sqlite.fresh();
  const id = await signUp(await openOn(sqlite, databaseUrl));
  const known = { ...process.env, ...MINIMAL, NO_ENV_FILE: '1' };
  const env = { ...known, KRATOS_ADMIN_URL: 'http://127.0.0.1:9', DATABASE_URL: databaseUrl };
  const command = spawn(process.execPath, [...programArguments('webhook/cli/main'), 'status', '-', '--json'], { env });
  command.stdin.end(input(id));
  const ended = once(command, 'exit');
  const [out, err] = await Promise.all([text(command.stdout), text(command.stderr)]);
  const [code] = await ended;
  return { id, code, out, err };
}

it.each([
  ['a line', (id: string) => `${id}\n`],
  ['a line of Windows', (id: string) => `${id}\r\n`],
  ['a line without its end', (id: string) => id],
  ['a line and more', (id: string) => `${id}\nmore\n`],
])('status - in a process reads %s from the standard input', async (_what, input) => {
  const { id, code, out, err } = await statusWith(input);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ identity: id });
});

it('status - in a process with an empty standard input says what is missing', async () => {
  const { code, out, err } = await statusWith(() => '');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe('The standard input holds no line with an id or an e-mail address.\n');
});
