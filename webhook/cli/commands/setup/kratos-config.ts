import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Config, parseConfig } from '../../../config/config.ts';
import { UnreadableConfig } from '../../../doctor/kratos-config/read.ts';
import { FileExists, type KratosFiles, makeKratosFiles, writeFiles } from '../../../setup/index.ts';
import { examples } from '../../help.ts';
import { type Cli, EXIT, Exit, usageError } from '../../terminal.ts';

interface KratosConfigFlags {
  readonly out: string;
  readonly merge?: string;
  readonly serviceUrl?: string;
  readonly jsonnetDir?: string;
  readonly inline?: true;
  /** False with `--no-session`. */
  readonly session: boolean;
  readonly force?: true;
}

/** Parses the address of this service as Kratos reaches it; returns it without a slash at the end. */
function serviceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || `${url.search}${url.hash}${url.username}` !== '')
    throw new InvalidArgumentError('Expected an http or https URL, e.g. http://host.docker.internal:3000.');
  return url.href.replace(/\/+$/, '');
}

function folder(text: string): string {
  if (!text.startsWith('/')) throw new InvalidArgumentError('Expected an absolute path on Kratos’ machine.');
  return text.replace(/\/+$/, '');
}

/** On one machine, Kratos reaches this service on the port of its hooks. */
function onThisMachine({ HOOKS_PORT, PORT }: Config): string {
  return `http://127.0.0.1:${HOOKS_PORT ?? PORT}`;
}

async function make(cli: Cli, flags: KratosConfigFlags): Promise<KratosFiles> {
  const service = parseConfig(cli.env);
  const publicUrl = service.PUBLIC_URL;
  if (publicUrl === undefined) throw usageError('PUBLIC_URL is not set: after a sign-up people are sent there.');
  return makeKratosFiles(service, publicUrl, {
    out: flags.out,
    serviceUrl: flags.serviceUrl ?? onThisMachine(service),
    merge: flags.merge,
    templateFolder: flags.jsonnetDir,
    inline: flags.inline ?? false,
    session: flags.session,
  });
}

function heading(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function summary({ kept, replaced, changed, open }: KratosFiles, merge: string | undefined): string {
  if (merge === undefined) return heading('Note:', changed);
  const none = kept.length === 0 ? `${merge} has no hooks of its own.\n` : '';
  return [
    none + heading(`Kept of the hooks in ${merge}:`, kept),
    heading('Removed, as older hooks of this service:', replaced),
    heading('Changed besides:', changed),
    heading('Not changed, and yours to decide:', open),
  ].join('');
}

function nextSteps(out: string, merge: string | undefined): string {
  const files = merge === undefined ? `<your kratos.yaml> ${out}` : out;
  const serve = files.replace(/\S+$/, '-c $&').replace(/^<your kratos.yaml>/, '-c $&');
  return `Start Kratos:  kratos serve ${serve}\nThen check it: npm run cli -- doctor --kratos-config ${files}\n`;
}

async function runCommand(cli: Cli, flags: KratosConfigFlags): Promise<void> {
  if (flags.inline && flags.jsonnetDir !== undefined) throw usageError('With --inline there is no --jsonnet-dir.');
  const { out } = flags;
  const made = await make(cli, flags);
  await writeFiles(made.files, flags.force ?? false);
  const written = made.files.map(({ path, holdsSecret }) => `  ${resolve(path)}${holdsSecret ? ' (mode 0600)' : ''}\n`);
  await cli.print(`Written:\n${written.join('')}${summary(made, flags.merge)}${nextSteps(resolve(out), flags.merge)}`);
}

/** `kratos-config`: writes the hooks of this service as Kratos takes them, merged with the operator's own file on request. */
export function registerKratosConfig(program: Command, cli: Cli): void {
  program
    .command('kratos-config')
    .description('write Kratos’ configuration with the hooks of this service, from this service’s environment')
    .requiredOption(
      '--out <file>',
      'the file to write, YAML or *.json, with mode 0600, because it holds ORY_WEBHOOK_SECRET',
    )
    .option('--merge <file>', 'Kratos’ own configuration: its hooks and comments are kept, and it is not changed')
    .option('--service-url <url>', 'this service as Kratos reaches it; by default on the same machine', serviceUrl)
    .option(
      '--jsonnet-dir <path>',
      'where the written folder jsonnet/ is on Kratos’ machine, e.g. in its container',
      folder,
    )
    .option('--inline', 'put the templates into the file, as Ory Network and containers need it')
    .option(
      '--no-session',
      'give no session at a sign-up, as where the policy refuses new people: nobody is signed in before they are verified',
    )
    .option('--force', 'replace files that exist')
    .addHelpText(
      'after',
      examples(
        'kratos-config --out /etc/kratos/ory-actions.yaml',
        'kratos-config --merge kratos.yml --out kratos.jumio.yml --inline --service-url http://host.docker.internal:3000',
      ),
    )
    .action(async (flags: KratosConfigFlags) => {
      try {
        await runCommand(cli, flags);
      } catch (error) {
        if (error instanceof UnreadableConfig) throw usageError(error.message);
        if (error instanceof FileExists) throw new Exit(EXIT.failed, error.message);
        throw error;
      }
    });
}
