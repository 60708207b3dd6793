import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { HELP } from '../../sandbox/demo-options.ts';
import { createBrowser } from '../../sandbox/kratos/client/browser.ts';
import { freePort } from '../../sandbox/kratos/real/ports.ts';
import { PROGRAMS_VARIABLE, programArguments } from '../../sandbox/stack/program.ts';
import { hasChromium } from './browser/chromium.ts';
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

/** A demo that waits for its visitor: what it printed, and how it ends. */
async function openDemo(args: readonly string[]) {
  const child = spawn(process.execPath, [...programArguments('sandbox/demo', []), ...args], { cwd: ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit');
  await vi.waitFor(() => expect(output).toContain('Ctrl-C ends the demo'), { timeout: 60_000, interval: 50 });
  const end = async (): Promise<unknown> => {
    child.kill('SIGINT');
    return (await exited)[0];
  };
  return { output, end };
}

describe('npm run demo', () => {
  test('the links are at fixed ports; where one is taken the demo says which part is elsewhere, and all links work', async () => {
    const first = await freePort();
    const taken = createServer().listen(first + 2, '127.0.0.1');
    await once(taken, 'listening');
    const { output, end } = await openDemo(['--port', String(first)]);
    try {
      const links = [...output.matchAll(/http:\/\/\S+/g)].map(([url]) => url);
      expect(links.slice(0, 2)).toEqual([
        `http://app.demo.localhost:${first}/`,
        `http://verify.demo.localhost:${first + 1}/jumio/verify`,
      ]);
      expect(output).toContain(`Port ${first + 2} is taken: Jumio is on port ${new URL(links[2] ?? '').port}.`);
      const browser = createBrowser();
      const answers = await Promise.all(links.map((url) => browser.get(url, { follow: true })));
      expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 200, 401]);
      expect(links[4]).toBe(`http://verify.demo.localhost:${first + 1}/operator`);
    } finally {
      taken.close();
      expect(await end()).toBe(0);
    }
  });

  test('--help names the options and starts nothing; a mistake is exit code 2', async () => {
    const run = async (arg: string) => {
      const child = spawn(process.execPath, [...programArguments('sandbox/demo', []), arg], { cwd: ROOT });
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code: child.exitCode, out, err };
    };
    expect(await run('--help')).toEqual({ code: 0, out: HELP, err: '' });
    expect(await run('--port=80')).toEqual({ code: 2, out: '', err: expect.stringContaining('saw "80"') });
  });
});

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
      'send money, approved by a code, with an amount that is changed before it is paid',
      'send money by a signed link',
      'send money, and decline',
      'send money, with a wrong code five times',
      'send money, approved with the face',
      'send money, with a face of which Jumio warns',
      ...(isReal && hasChromium ? ['send money, approved with a passkey'] : []),
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
