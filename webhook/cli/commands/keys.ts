import type { Command } from 'commander';
import type { Dependencies } from '../../dependencies.ts';
import type { KeyInfo } from '../../ledger/ledger.ts';
import { longestHandoverMs } from '../../verification/person/index.ts';
import { operatorName } from '../arguments.ts';
import { examples } from '../help.ts';
import { iso, json, table, time } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface KeysFlags {
  readonly json?: boolean;
}

interface RotateFlags extends KeysFlags {
  readonly by: string;
  readonly leaked?: boolean;
}

function stateText({ state, signsFrom, endedAt, waitsFor }: KeyInfo): string {
  switch (state) {
    case 'signs':
      return 'signs';
    case 'next':
      return `accepted, signs from ${time(signsFrom)}`;
    case 'accepted':
      if (waitsFor === undefined) return `accepted until ${time(endedAt)}`;
      return `accepted until ${waitsFor} execution(s) are settled`;
    case 'ended':
      return `ended ${time(endedAt)}`;
    default:
      return state satisfies never;
  }
}

const EID_KEY = ['eid', 'eID hashes', '–', 'never rotated'];

async function print(cli: Cli, keys: readonly KeyInfo[], flags: KeysFlags): Promise<void> {
  if (flags.json) {
    const document = keys.map(({ id, use, state, madeAt, signsFrom, endedAt, waitsFor }) => ({
      key: id,
      use,
      state,
      made_at: iso(madeAt),
      signs_from: iso(signsFrom),
      ends_at: iso(endedAt),
      ...(waitsFor === undefined ? {} : { unsettled_executions: waitsFor }),
    }));
    await cli.print(json({ keys: document }));
    return;
  }
  const rows = keys.map((key) => [key.id, key.use, time(key.madeAt), stateText(key)]);
  await cli.print(table(cli, ['key', 'for', 'made', 'state'], [...rows, EID_KEY]));
}

async function rotate({ ctx }: Dependencies, { by, leaked = false }: RotateFlags): Promise<KeyInfo[]> {
  return ctx.ledger.keys.rotate(ctx.clock.now(), { by, leaked, cookieLifetimeMs: longestHandoverMs(ctx) });
}

const AFTER_A_LEAK =
  'Cookies of before count no longer: a person at Jumio without a session signs in, and a form that is open is sent once more.\n';

const AFTER_A_ROTATION = 'Every replica learns of it within seconds; no restart is needed.\n';

/** `keys`: lists the keys of the ledger, and rotates those of cookies and references. */
export function registerKeys(program: Command, cli: Cli): void {
  const keys = program.command('keys').description('list or rotate the keys that sign cookies and references');
  keys
    .command('list')
    .description('print each key with its use and state; never its bytes')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('keys list --json'))
    .action((flags: KeysFlags) =>
      cli.withService(async ({ ctx }) => print(cli, await ctx.ledger.keys.list(ctx.clock.now()), flags)),
    );
  keys
    .command('rotate')
    .description('make new keys for cookies and references; the old ones are accepted as long as they are needed')
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--leaked', 'a backup or the ledger was disclosed: end the old key of cookies at once')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('keys rotate --by carol', 'keys rotate --by carol --leaked'))
    .action((flags: RotateFlags) =>
      cli.withService(async (service) => {
        await print(cli, await rotate(service, flags), flags);
        cli.printNote(flags.leaked ? AFTER_A_LEAK + AFTER_A_ROTATION : AFTER_A_ROTATION);
      }),
    );
}
