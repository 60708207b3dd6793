import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FIRST_PORT, HELP, readCommandLine, safariNote } from '../../../sandbox/demo-options.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { demoPorts } from '../../../sandbox/stack/demo-ports.ts';

const RUN = { kind: 'run', auto: false, port: FIRST_PORT, variables: {} };

describe('the command line of the demo', () => {
  it.each<[string, readonly string[], object]>([
    ['without options', [], RUN],
    ['with a port', ['--port', '5000'], { ...RUN, port: 5000 }],
    ['by itself', ['--auto'], { ...RUN, auto: true, port: undefined }],
    ['by itself, at a port', ['--auto', '--port=5000'], { ...RUN, auto: true, port: 5000 }],
    ['with variables', ['--set', 'A=b=c', '--set', 'D='], { ...RUN, variables: { A: 'b=c', D: '' } }],
    ['that asks for help', ['--help'], { kind: 'help' }],
    ['that asks for help, beside a mistake', ['-h', '--port', 'x'], { kind: 'help' }],
  ])('a command line %s is read', (_what, args, command) => {
    expect(readCommandLine(args)).toEqual(command);
  });

  it.each([
    [['--port', '80'], '--port: expected a number from 1024 to 65528, saw "80".'],
    [['--port', '65529'], 'saw "65529"'],
    [['--port', '4.7e3'], 'saw "4.7e3"'],
    [['--set', 'A'], '--set: expected NAME=value, saw "A".'],
    [['--prot', '5000'], "'--prot'"],
    [['auto'], "'auto'"],
  ])('a command line that cannot be understood (%j) says why, and where the options are', (args, says) => {
    const command = readCommandLine(args);
    expect(command).toEqual({ kind: 'problem', text: expect.stringContaining(says) });
    expect(command).toEqual({ kind: 'problem', text: expect.stringContaining('--help') });
  });

  it('the help names every option that is read', () => {
    for (const option of ['--auto', '--port', '--set', '--help']) expect(HELP).toContain(`  ${option}`);
  });

  it('only on a Mac a note says what Safari needs, with every name that a browser opens', () => {
    expect(safariNote('linux')).toBeUndefined();
    for (const name of ['app', 'verify', 'kratos']) expect(safariNote('darwin')).toContain(`${name}.demo.localhost`);
  });
});

describe('the ports of the demo', () => {
  async function withTaken<T>(port: number, work: () => Promise<T>): Promise<T> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      return await work();
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('where they are free the ports are the same in every run', async () => {
    const first = await freePort();
    const { ports, notes } = await demoPorts(first);
    expect([ports, notes]).toEqual([
      {
        app: first,
        verify: first + 1,
        jumio: first + 2,
        public: first + 3,
        admin: first + 4,
        itsme: first + 5,
        idemia: first + 6,
        twilio: first + 7,
      },
      [],
    ]);
    expect(await demoPorts(first)).toEqual({ ports, notes });
  });

  it('in the place of a port that is taken another one is chosen, and said; the others stay', async () => {
    const first = await freePort();
    const { ports, notes } = await withTaken(first + 1, () => demoPorts(first));
    expect(ports.verify).not.toBe(first + 1);
    expect([ports.app, ports.jumio]).toEqual([first, first + 2]);
    expect(notes).toEqual([`Port ${first + 1} is taken: the service is on port ${ports.verify}.`]);
  });
});
