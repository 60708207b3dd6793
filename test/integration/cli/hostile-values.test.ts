import { describe, expect, it } from 'vitest';
import { run } from '../../../webhook/cli/program.ts';
import type { Terminal } from '../../../webhook/cli/terminal.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { newSignUp, openOn } from '../../contract/ledger/world.ts';
import { runCli } from '../../support/clients/cli.ts';
import { createFakeKratos } from '../../support/fakes/kratos.ts';
import { sqlite } from '../../support/service/databases.ts';
import { ENVIRONMENT } from '../../support/service/service.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

/** Clears the screen, hides text, sets the title of the window (8-bit too), reorders what is shown, and tags. */
const HOSTILE = 'a\u001b[2J\u001b[8mb\u001b]0;owned\u0007c\u009b31md\u202eefg\u2066h\u200bi\u{e0041}j\u2028k\u007fl';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const FORGED = 'fine\nStatus: approved';

async function world() {
  const clock = createShiftedClock();
  const now = clock.now();
  const databaseUrl = await sqlite.fresh();
  const ledger = await openOn(sqlite, databaseUrl, now);
  const kratos = createFakeKratos(() => now);
  const made = newSignUp(now);
  const id = made.identity.id;
  const record = updateVerification(made, made.verifications[0]?.id ?? '', {
    decisionLabel: HOSTILE,
    executionId: FORGED,
    accountId: HOSTILE,
    createRefused: true,
    lastError: HOSTILE,
  });
  const events = [{ kind: 'overridden', detail: { reason: `${HOSTILE}${FORGED}` } }];
  await ledger.change(id, now, () => ({ record, events }));
  return { beside: { clock, databaseUrl, kratos }, id, now };
}

function isClean(text: string): boolean {
  return text.split('\n').every((line) => !HIDDEN.test(line));
}

describe('hostile values at the operator’s terminal', () => {
  it.each([
    ['status', (id: string) => ['status', id]],
    ['status --json', (id: string) => ['status', id, '--json']],
    ['list --stuck', () => ['list', '--stuck']],
    ['list --stuck --json', () => ['list', '--stuck', '--json']],
    ['export', () => ['export']],
  ])('a hostile value in the ledger prints no control and no bidi character: %s', async (_name, argsFor) => {
    const { beside, id } = await world();
    const { out, err } = await runCli(beside, argsFor(id));
    expect(out).toContain('\\u001b[2J');
    expect(out).toContain('\\u202e');
    expect([isClean(out), isClean(err)]).toEqual([true, true]);
  });

  it('a value with a line break forges no line of status', async () => {
    const { beside, id } = await world();
    const { out } = await runCli(beside, ['status', id]);
    expect(out).toContain('fine\\u000aStatus: approved');
    expect(out.split('\n').filter((line) => line.trimStart().startsWith('Status: approved'))).toEqual([]);
  });

  it('JSON with a hostile value still holds the value', async () => {
    const { beside, id } = await world();
    const { out } = await runCli(beside, ['status', id, '--json']);
    expect(JSON.parse(out).attempts[0].decision_label).toBe(HOSTILE);
  });

  it('a hostile argument prints no control character in the error', async () => {
    const { beside } = await world();
    const { code, err } = await runCli(beside, [HOSTILE]);
    expect(code).toBe(2);
    expect(err).toContain('\\u001b[2J');
    expect(isClean(err)).toBe(true);
  });

  it('a terminal with colours gets the colours of the command and no other sequence', async () => {
    const { beside, id } = await world();
    let out = '';
    const terminal: Terminal = {
      env: { ...ENVIRONMENT, DATABASE_URL: beside.databaseUrl },
      environmentSources: '',
      interactive: false,
      colour: true,
      now: () => beside.clock.now(),
      print: async (text) => {
        out += text;
      },
      printNote: () => undefined,
      ask: async () => '',
    };
    expect(await run(['status', id], terminal)).toBe(0);
    const sequences = out.split('\u001b').slice(1);
    const codes = new Set(sequences.map((rest) => /^\[(\d+)m/.exec(rest)?.[1]));
    expect(codes).toEqual(new Set(['1', '2', '22', '33', '39']));
    expect(out).toContain('\\u001b[2J\\u001b[8mb');
  });
});
