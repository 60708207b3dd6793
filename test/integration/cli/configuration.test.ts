import { expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };

it('a command with a wrong configuration names the variable and where the variables came from, and exits with 2', async () => {
  const { code, out, err } = await runCli(beside, ['report'], { env: { PORT: 'x' } });
  expect(err).toBe(
    'The configuration is not usable:\nPORT: expected a port number, 0 to 65535; saw "x"\nRead: the environment of a test.\n',
  );
  expect([code, out]).toEqual([2, '']);
});

it('the doctor says of a wrong variable where the variables came from', async () => {
  const { out } = await runCli(beside, ['doctor', '--json'], { env: { PORT: 'x' } });
  expect(JSON.parse(out).findings).toContainEqual(
    expect.objectContaining({ id: 'variable', why: 'The service does not start. Read: the environment of a test.' }),
  );
});
