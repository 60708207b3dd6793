import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { programArguments } from '../../../sandbox/stack/program.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import { sqlite } from '../../support/service/databases.ts';
import { PROCESS_ENVIRONMENT } from '../../support/service/service.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const PROGRAM = `kratos-jumio-bridge ${version}`;

it('server --version prints the version of package.json, and starts nothing', async () => {
  const env = { PATH: process.env.PATH, NO_ENV_FILE: '1' };
  const args = [...programArguments('webhook/server'), '--version'];
  expect(await promisify(execFile)(process.execPath, args, { env })).toEqual({ stdout: `${PROGRAM}\n`, stderr: '' });
});

it('the log begins with the version', async () => {
  const lines: string[] = [];
  const address = { PORT: String(await freePort()), HOST: '127.0.0.1', DATABASE_URL: await sqlite.fresh() };
  const service = await startService({
    env: { ...PROCESS_ENVIRONMENT, ...address },
    onLog: (line) => void lines.push(line),
  });
  onTestFinished(() => service.kill());
  expect(JSON.parse(lines[0] ?? '{}').msg).toBe(PROGRAM);
});
