import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROGRAMS_VARIABLE, programArguments } from '../../sandbox/stack/program.ts';
import { isReal, KRATOS, VERSION } from './support/kratos-under-test.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Without bundles the demo and its service start by tsx, as `npm run demo` and `npm start` do. */
const BY_TSX = { ...process.env, [PROGRAMS_VARIABLE]: undefined };

/** `npm run demo -- --auto`. */
async function demo(settings: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: unknown; said: string }> {
  const set = settings.flatMap((setting) => ['--set', setting]);
  const args = [...programArguments('sandbox/demo', [], env), '--auto', ...set];
  const child = spawn(process.execPath, args, { cwd: ROOT, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'exit');
  return { code, said };
}

describe(`npm run demo -- --auto, with ${KRATOS}`, () => {
  test('the demo completes its journeys, names its Kratos, and exits with 0', async () => {
    const { code, said } = await demo([], BY_TSX);
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
    const { code, said } = await demo(['JUMIO_CLIENT_SECRET=another'], process.env);
    expect([code, said]).toEqual([1, expect.stringContaining('✗ expected: the button leads to Jumio')]);
    expect(said).not.toContain('as expected');
  });
});
