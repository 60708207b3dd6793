import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isReal, KRATOS } from './kratos-under-test.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `npm run demo -- --auto`, as package.json has it. */
async function demo(...settings: string[]): Promise<{ code: unknown; said: string }> {
  const set = settings.flatMap((setting) => ['--set', setting]);
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/demo.ts', '--auto', ...set], { cwd: ROOT });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'exit');
  return { code, said };
}

describe(`npm run demo -- --auto, with ${KRATOS}`, () => {
  test('walks five journeys, says which Kratos it used, and ends well', async () => {
    const { code, said } = await demo();
    expect(said).toContain(isReal ? 'With a real Ory Kratos, v' : 'With a stand-in for Ory Kratos');
    expect(said.match(/^\w.+$/gm)?.slice(1)).toEqual([
      'approve',
      'reject',
      'review',
      'expire and retry',
      'reject for an unreadable photo, retry and abandon',
      'Every step was as expected.',
    ]);
    expect([code, said.includes('✗')]).toEqual([0, false]);
  });

  test.each([
    ['Jumio does not know the client', 'JUMIO_CLIENT_SECRET=another', 'the button leads to Jumio'],
    ['the service does not start', 'JUMIO_LINK_LIFETIME=forever', 'JUMIO_LINK_LIFETIME: expected'],
  ])('ends with an error, and says which step differs, where %s', async (_what, setting, step) => {
    const { code, said } = await demo(setting);
    expect([code, said]).toEqual([1, expect.stringContaining(step)]);
    expect(said).not.toContain('as expected');
  });
});
