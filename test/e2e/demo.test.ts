import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isReal, KRATOS, VERSION } from './support/kratos-under-test.ts';

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
  test('the demo completes its journeys, names its Kratos, and exits with 0', async () => {
    const { code, said } = await demo();
    expect(said).toContain(isReal ? `With a real Ory Kratos, ${VERSION}.` : 'With a stand-in for Ory Kratos');
    expect(said).not.toContain('WARNING');
    expect(said.match(/^\w.+$/gm)?.slice(2)).toEqual([
      'approve',
      'reject',
      'review',
      'expire and retry',
      'reject for an unreadable photo, retry and abandon',
      ...(isReal ? ['an eID instead of Jumio'] : []),
      'Every step was as expected.',
    ]);
    expect([code, said.includes('✗')]).toEqual([0, false]);
  });

  test('the demo with a wrong service configuration exits with an error, and names the step that differs', async () => {
    const { code, said } = await demo('JUMIO_CLIENT_SECRET=another');
    expect([code, said]).toEqual([1, expect.stringContaining('✗ expected: the button leads to Jumio')]);
    expect(said).not.toContain('as expected');
  });
});
