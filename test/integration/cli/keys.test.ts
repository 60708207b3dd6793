import { describe, expect, it } from 'vitest';
import { openOn } from '../../contract/ledger/world.ts';
import { runCli } from '../../support/clients/cli.ts';
import { sqlite } from '../../support/service/databases.ts';
import { createShiftedClock, MINUTE } from '../../support/service/shifted-clock.ts';

async function world() {
  const clock = createShiftedClock();
  clock.stop();
  const databaseUrl = await sqlite.fresh();
  return { ledger: await openOn(sqlite, databaseUrl, clock.now()), clock, beside: { clock, databaseUrl } };
}

const stateOf = (out: string, key: string): string =>
  out
    .split('\n')
    .find((line) => line.startsWith(`${key} `))
    ?.replace(/ {2,}/g, ' | ') ?? '';

describe('keys', () => {
  it('keys list names each key with its use and state, and prints no key', async () => {
    const { ledger, beside } = await world();
    const { code, out } = await runCli(beside, ['keys', 'list']);
    expect(code).toBe(0);
    expect(stateOf(out, 'cookies-1')).toMatch(/^cookies-1 \| cookies \| .*Z \| signs$/);
    expect(stateOf(out, 'references-1')).toMatch(/^references-1 \| references \| .*Z \| signs$/);
    expect(stateOf(out, 'eid')).toBe('eid | eID hashes | – | never rotated');
    const { cookies, references } = await ledger.keys.ring(beside.clock.now());
    const json = (await runCli(beside, ['keys', 'list', '--json'])).out;
    for (const key of [...cookies, ...references.all, ledger.subjectKey])
      for (const coding of ['base64', 'base64url', 'hex'] as const)
        expect(out + json).not.toContain(key.toString(coding));
  });

  it('keys rotate says what is accepted until when, and leaves an event with the name', async () => {
    const { ledger, beside, clock } = await world();
    const { code, out, err } = await runCli(beside, ['keys', 'rotate', '--by', 'ann']);
    expect([code, err]).toEqual([0, expect.stringContaining('no restart is needed')]);
    expect(stateOf(out, 'cookies-1')).toMatch(/signs$/);
    expect(stateOf(out, 'cookies-2')).toMatch(/accepted, signs from .*Z$/);
    clock.advance(MINUTE);
    const later = (await runCli(beside, ['keys', 'list'])).out;
    expect(stateOf(later, 'cookies-1')).toMatch(/accepted until .*Z$/);
    expect(stateOf(later, 'references-1')).toMatch(/accepted until 0 execution\(s\) need no more reading$/);
    expect(stateOf(later, 'cookies-2')).toMatch(/signs$/);
    const detail = { by: 'ann', leaked: false, cookies: 'cookies-2', references: 'references-2' };
    expect(await ledger.events(null)).toMatchObject([{ kind: 'keys_rotated', detail }]);
  });

  it('keys rotate --leaked ends the old key of cookies at once and says what that means', async () => {
    const { beside } = await world();
    const { code, out, err } = await runCli(beside, ['keys', 'rotate', '--by', 'ann', '--leaked']);
    expect([code, err]).toEqual([0, expect.stringContaining('Existing cookies no longer work')]);
    expect(stateOf(out, 'cookies-1')).toMatch(/ended .*Z$/);
    expect(stateOf(out, 'cookies-2')).toMatch(/signs$/);
  });

  it('keys rotate without a name is refused, and rotates nothing', async () => {
    const { ledger, beside } = await world();
    expect((await runCli(beside, ['keys', 'rotate'])).code).toBe(2);
    expect(await ledger.keys.list(beside.clock.now())).toHaveLength(2);
  });

  it('a command on a ledger whose key is none says what is wrong, without a stack', async () => {
    const { beside } = await world();
    await (await sqlite.connectBeside(beside.databaseUrl)).run(
      "update keys set secret = 'AAAA' where id = 'cookies-1'",
    );
    const { code, err } = await runCli(beside, ['keys', 'list']);
    expect(code).toBe(1);
    expect(err).toMatch(/^The command was not run: the ledger is damaged.*"cookies-1" must be 32 bytes.*\.\n$/s);
    expect(err).not.toContain('    at ');
  });
});
