import type { Command } from 'commander';
import type { Dependencies } from '../../dependencies.ts';
import type { KeyInfo } from '../../ledger/ledger.ts';
import { createSigningKeys, type SigningKeyInfo } from '../../signing/index.ts';
import { longestHandoverMs } from '../../verification/person/index.ts';
import { operatorName } from '../arguments.ts';
import { examples } from '../help.ts';
import { iso, json, table, time } from '../output.ts';
import { type Cli, usageError } from '../terminal.ts';

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
      return `accepted until ${waitsFor} execution(s) need no more reading`;
    case 'ended':
      return `ended ${time(endedAt)}`;
    default:
      return state satisfies never;
  }
}

function approvalText({ state, signsFrom, publishedUntil, revokedAt }: SigningKeyInfo): string {
  switch (state) {
    case 'signs':
      return 'signs';
    case 'next':
      return `published, signs from ${time(signsFrom)}`;
    case 'published':
      return `published until ${time(publishedUntil)}`;
    case 'ended':
      return `ended ${time(publishedUntil)}`;
    case 'revoked':
      return `revoked ${time(revokedAt)}`;
    default:
      return state satisfies never;
  }
}

const EID_KEY = ['eid', 'eID hashes', '–', 'never rotated'];

/** The keys of a ledger: those of cookies and references, and those of approvals. */
interface AllKeys {
  readonly keys: readonly KeyInfo[];
  readonly approvals: readonly SigningKeyInfo[];
}

function documentOf({ keys, approvals }: AllKeys): object {
  const ofApprovals = approvals.map(({ kid, state, madeAt, signsFrom, publishedUntil, revokedAt }) => ({
    key: kid,
    use: 'approvals',
    state,
    made_at: iso(madeAt),
    signs_from: iso(signsFrom),
    ends_at: iso(revokedAt ?? publishedUntil),
  }));
  const others = keys.map(({ id, use, state, madeAt, signsFrom, endedAt, waitsFor }) => ({
    key: id,
    use,
    state,
    made_at: iso(madeAt),
    signs_from: iso(signsFrom),
    ends_at: iso(endedAt),
    ...(waitsFor === undefined ? {} : { unsettled_executions: waitsFor }),
  }));
  return { keys: [...others, ...ofApprovals] };
}

async function print(cli: Cli, all: AllKeys, flags: KeysFlags): Promise<void> {
  if (flags.json) {
    await cli.print(json(documentOf(all)));
    return;
  }
  const rows = all.keys.map((key) => [key.id, key.use, time(key.madeAt), stateText(key)]);
  const approvals = all.approvals.map((key) => [key.kid, 'approvals', time(key.madeAt), approvalText(key)]);
  await cli.print(table(cli, ['key', 'for', 'made', 'state'], [...rows, EID_KEY, ...approvals]));
}

async function list({ ctx }: Dependencies): Promise<AllKeys> {
  const now = ctx.clock.now();
  const approvals = createSigningKeys(ctx.ledger.transactions);
  return { keys: await ctx.ledger.keys.list(now), approvals: await approvals.list(now) };
}

async function rotate({ ctx, config }: Dependencies, { by, leaked = false }: RotateFlags): Promise<AllKeys> {
  const now = ctx.clock.now();
  const signing = createSigningKeys(ctx.ledger.transactions);
  // Without payments there is nothing to sign.
  const hasApprovals = config.TRANSACTIONS !== undefined || (await signing.list(now)).length > 0;
  const approvals = hasApprovals ? await signing.rotate(now, { by, leaked }) : [];
  return {
    keys: await ctx.ledger.keys.rotate(now, { by, leaked, cookieLifetimeMs: longestHandoverMs(ctx) }),
    approvals,
  };
}

async function revoke({ ctx }: Dependencies, kid: string, { by }: RotateFlags): Promise<AllKeys> {
  const now = ctx.clock.now();
  const approvals = await createSigningKeys(ctx.ledger.transactions).revoke(now, kid, by);
  if (approvals === undefined)
    throw usageError('No key of approvals has this id and is published: `keys list` names them.');
  return { keys: await ctx.ledger.keys.list(now), approvals };
}

const AFTER_A_LEAK =
  'Existing cookies no longer work: a person who is at Jumio and has no session signs in when they come back, and an open form is\n' +
  'sent once more. Approvals of the old keys can no longer be verified, once a verifier has read the keys again (an hour at most).\n';

const AFTER_A_ROTATION = 'Every replica learns of it within seconds; no restart is needed.\n';

/** `keys`: lists the keys of the ledger, rotates all but that of eID hashes, and revokes one of approvals. */
export function registerKeys(program: Command, cli: Cli): void {
  const keys = program
    .command('keys')
    .description('list, rotate or revoke the keys that sign cookies, references and approvals');
  keys
    .command('list')
    .description('print each key with its use and state; never its bytes')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('keys list --json'))
    .action((flags: KeysFlags) => cli.withService(async (service) => print(cli, await list(service), flags)));
  keys
    .command('rotate')
    .description(
      'make new keys for cookies, references and approvals; the old ones are accepted as long as they are needed',
    )
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--leaked', 'a backup or the ledger was disclosed: end the old keys of cookies and approvals at once')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('keys rotate --by carol', 'keys rotate --by carol --leaked'))
    .action((flags: RotateFlags) =>
      cli.withService(async (service) => {
        await print(cli, await rotate(service, flags), flags);
        cli.printNote(flags.leaked ? AFTER_A_LEAK + AFTER_A_ROTATION : AFTER_A_ROTATION);
      }),
    );
  keys
    .command('revoke')
    .argument('<key>', 'the id of a key of approvals, as `keys list` prints it')
    .description('withdraw a key of approvals at once; the next one signs')
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('keys revoke 0f0f5c1e-9f0a-4f0a-8f0a-0f0a0f0a0f0a --by carol'))
    .action((key: string, flags: RotateFlags) =>
      cli.withService(async (service) => {
        await print(cli, await revoke(service, key, flags), flags);
        cli.printNote(
          'Verifiers that cache the keys accept its approvals until they read them again: an hour at most.\n',
        );
      }),
    );
}
