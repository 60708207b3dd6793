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
async function demo(settings: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: unknown; output: string }> {
  const set = settings.flatMap((setting) => ['--set', setting]);
  const args = [...programArguments('sandbox/demo', [], env), '--auto', ...set];
  const child = spawn(process.execPath, args, { cwd: ROOT, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'exit');
  return { code, output };
}

describe(`npm run demo -- --auto, with ${KRATOS}`, () => {
  test('the demo completes its journeys, names its Kratos, and exits with 0', async () => {
    const { code, output } = await demo([], BY_TSX);
    expect(output).toContain(isReal ? `With a real Ory Kratos, ${VERSION}.` : 'With a stand-in for Ory Kratos');
    expect(output).not.toContain('WARNING');
    expect(output.match(/^\w.+$/gm)?.slice(2)).toEqual([
      'approve',
      'reject',
      'reject for an unreadable photo, and try again from the sign-in',
      'review',
      'expire and retry',
      'reject for an unreadable photo, retry and abandon',
      ...(isReal ? ['an eID instead of Jumio'] : []),
      'Every step was as expected.',
    ]);
    expect([code, output.includes('✗')]).toEqual([0, false]);
  });

  test('the demo with a wrong service configuration exits with an error, and names the step that differs', async () => {
    const { code, output } = await demo(['JUMIO_CLIENT_SECRET=another'], process.env);
    expect([code, output]).toEqual([1, expect.stringContaining('✗ expected: the button leads to Jumio')]);
    expect(output).not.toContain('as expected');
  });
});
