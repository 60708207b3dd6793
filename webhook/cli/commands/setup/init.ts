import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type Command, Option } from 'commander';
import {
  callerSecrets,
  DATA_CENTRES,
  type EnvironmentValues,
  environmentText,
  FileExists,
  type JumioPlace,
  jumioVariables,
  writeFiles,
} from '../../../setup/index.ts';
import { examples } from '../../help.ts';
import { type Cli, EXIT, Exit, usageError } from '../../terminal.ts';

interface InitFlags extends Readonly<Record<string, unknown>> {
  readonly jumio?: JumioPlace;
  readonly out: string;
  readonly force?: true;
  readonly yes?: true;
}

/** One variable that `init` asks for. */
interface Question {
  readonly name: string;
  /** The key of its flag; undefined for a secret, which would stay in the shell's history and in the list of processes. */
  readonly flag?: string;
  readonly asks: string;
  /** The answer to an empty line; undefined: there must be one. An empty text leaves the variable empty. */
  readonly otherwise?: string;
}

const JUMIO_CLIENT: readonly Question[] = [
  { name: 'JUMIO_CLIENT_ID', flag: 'jumioClientId', asks: 'Id of the OAuth2 client in the Jumio portal' },
  { name: 'JUMIO_CLIENT_SECRET', asks: 'Its secret' },
];

/** The brand of the demo's application, which stands beside the sandbox: a person would wonder about another on the way. */
const DEMO_BRAND = { BRAND_NAME: 'Harbour', BRAND_COLOR: '0b5c6b', BRAND_COLOR_DARK: '6fd0e0' };

/** The colours that belong to the name, unless others were said. */
function coloursOf({ BRAND_NAME: name }: EnvironmentValues, before: EnvironmentValues): EnvironmentValues {
  const hasColours = before.BRAND_COLOR !== undefined || before.BRAND_COLOR_DARK !== undefined;
  return name === DEMO_BRAND.BRAND_NAME && !hasColours ? DEMO_BRAND : {};
}

/** The quickstart of Kratos is on these addresses, and the sandbox sends people back to any. */
function questionsFor(place: JumioPlace): readonly Question[] {
  const isLocal = place === 'sandbox';
  const onThisMachine = (url: string) => (isLocal ? { otherwise: url } : {});
  return [
    ...(isLocal ? [] : JUMIO_CLIENT),
    {
      name: 'KRATOS_ADMIN_URL',
      flag: 'kratosAdminUrl',
      asks: 'Kratos’ admin API, or your Ory Network project',
      otherwise: 'http://127.0.0.1:4434',
    },
    { name: 'ORY_API_KEY', asks: 'API key of Ory Network; none for a Kratos of your own', otherwise: '' },
    {
      name: 'KRATOS_PUBLIC_URL',
      flag: 'kratosPublicUrl',
      asks: 'Kratos as browsers reach it',
      ...onThisMachine('http://127.0.0.1:4433'),
    },
    {
      name: 'PUBLIC_URL',
      flag: 'publicUrl',
      asks: 'This service as browsers reach it, on the same domain',
      ...onThisMachine('http://127.0.0.1:3000'),
    },
    {
      name: 'DEFAULT_RETURN_URL',
      flag: 'applicationUrl',
      asks: 'Your application, where people end up',
      ...onThisMachine('http://127.0.0.1:4455/'),
    },
    {
      name: 'BRAND_NAME',
      flag: 'brandName',
      asks: 'Your name as people know it',
      ...onThisMachine(DEMO_BRAND.BRAND_NAME),
    },
    {
      name: 'SUPPORT_ADDRESS',
      flag: 'supportAddress',
      asks: 'Where people find help: an e-mail address or a URL',
      ...onThisMachine('help@example.com'),
    },
    {
      name: 'PRIVACY_URL',
      flag: 'privacyUrl',
      asks: 'Your privacy policy',
      ...onThisMachine('https://www.example.com/privacy'),
    },
  ];
}

/** The variables of the file that is replaced: they stay where nothing else is said. */
function readBefore(path: string, force: boolean): EnvironmentValues {
  if (!existsSync(path)) return {};
  if (!force) throw new FileExists(`Nothing was written, because it exists: ${path}. --force changes it.`);
  const entries = Object.entries(parseEnv(readFileSync(path, 'utf8')));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function toFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The answer from a flag, from the environment for a secret, from the file before, from the person; undefined: there is none. */
async function answerTo(
  cli: Cli,
  flags: InitFlags,
  before: EnvironmentValues,
  question: Question,
): Promise<string | undefined> {
  const { name, flag, asks, otherwise } = question;
  const given = flag === undefined ? cli.env[name] : flags[flag];
  if (typeof given === 'string' && given !== '') return given;
  const fallback = before[name] ?? otherwise;
  if (!cli.interactive || flags.yes) return fallback;
  const isSecret = flag === undefined;
  const shown = fallback === undefined || fallback === '' ? '' : ` [${isSecret ? 'keep it' : fallback}]`;
  const typed = (await cli.ask(`${asks} (${name})${shown}: `, { hidden: isSecret })).trim();
  return typed === '' ? fallback : typed;
}

function missing(questions: readonly Question[]): Exit {
  const lines = questions.map(({ flag, name, asks }) =>
    flag === undefined ? `  the variable ${name}: ${asks}` : `  ${toFlag(flag)}: ${asks}`,
  );
  return usageError(`Nothing was written. These are needed:\n${lines.join('\n')}`);
}

async function placeOf(cli: Cli, flags: InitFlags): Promise<JumioPlace> {
  if (flags.jumio !== undefined) return flags.jumio;
  const places: readonly JumioPlace[] = ['sandbox', ...DATA_CENTRES];
  if (!cli.interactive) throw usageError(`Say where Jumio is: --jumio ${places.join(', ')}.`);
  const typed = (await cli.ask(`Jumio: ${places.join(', ')} [sandbox]: `)).trim();
  const place = places.find((each) => each === (typed || 'sandbox'));
  if (place === undefined) throw usageError(`Jumio has no data centre of this name. Expected ${places.join(', ')}.`);
  return place;
}

/** `return_to` may lead to the application, if nothing else was said. */
function returnUrls({ DEFAULT_RETURN_URL: home }: EnvironmentValues, before: EnvironmentValues): EnvironmentValues {
  if (before.ALLOWED_RETURN_URLS !== undefined || home === undefined || !URL.canParse(home)) return {};
  return { ALLOWED_RETURN_URLS: new URL(home).origin };
}

function portOf({ PUBLIC_URL: url }: EnvironmentValues, before: EnvironmentValues): EnvironmentValues {
  const port = url !== undefined && URL.canParse(url) ? new URL(url).port : '';
  return port === '' || before.PORT !== undefined ? {} : { PORT: port };
}

async function valuesFrom(cli: Cli, flags: InitFlags, before: EnvironmentValues): Promise<EnvironmentValues> {
  const place = await placeOf(cli, flags);
  const questions = questionsFor(place);
  const answers: Record<string, string> = {};
  const open: Question[] = [];
  for (const question of questions) {
    const answer = await answerTo(cli, flags, before, question);
    if (answer === undefined) open.push(question);
    else answers[question.name] = answer;
  }
  if (open.length > 0) throw missing(open);
  const brand = place === 'sandbox' ? coloursOf(answers, before) : {};
  const derived = { ...returnUrls(answers, before), ...portOf(answers, before), ...brand };
  return { ...before, ...jumioVariables(place), ...callerSecrets(before), ...derived, ...answers };
}

function nextSteps(path: string, place: string | undefined): string {
  const sandbox = place?.startsWith('http://127.0.0.1:4010') ? 'Start Jumio’s sandbox: npm run sandbox\n' : '';
  return `Written: ${path} (mode 0600), with new secrets where there were none.
Write Kratos’ hooks:   npm run cli -- kratos-config --help
${sandbox}Start the service:     npm start\n`;
}

async function runCommand(cli: Cli, flags: InitFlags): Promise<void> {
  const path = resolve(flags.out);
  const force = flags.force ?? false;
  const values = await valuesFrom(cli, flags, readBefore(path, force));
  await writeFiles([{ path, text: environmentText(values), holdsSecret: true }], force);
  await cli.print(nextSteps(path, values.JUMIO_API_BASE_URL));
}

/** `init`: writes a `.env` that the service starts with. */
export function registerInit(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('write a .env that the service starts with: asks, or takes flags')
    .addOption(
      new Option('--jumio <where>', 'a data centre of Jumio, or the sandbox').choices(['sandbox', ...DATA_CENTRES]),
    )
    .option(
      '--jumio-client-id <id>',
      'the OAuth2 client of the Jumio portal; its secret is asked, or in JUMIO_CLIENT_SECRET',
    )
    .option('--kratos-admin-url <url>', 'Kratos’ admin API as this service reaches it, or the Ory Network project')
    .option('--kratos-public-url <url>', 'Kratos as browsers reach it')
    .option('--public-url <url>', 'this service as browsers reach it, on the same domain')
    .option('--application-url <url>', 'your application, where people end up')
    .option('--brand-name <name>', 'your name as people know it')
    .option('--support-address <address>', 'where people find help: an e-mail address or a URL')
    .option('--privacy-url <url>', 'your privacy policy')
    .option('--out <file>', 'the file to write, with mode 0600', '.env')
    .option('--yes', 'ask nothing')
    .option('--force', 'change a file that exists: what is not said anew stays')
    .addHelpText(
      'after',
      examples('init --jumio sandbox --yes', 'init --jumio emea-1 --public-url https://verify.example.com'),
    )
    .action(async (flags: InitFlags) => {
      try {
        await runCommand(cli, flags);
      } catch (error) {
        if (error instanceof FileExists) throw new Exit(EXIT.failed, error.message);
        throw error;
      }
    });
}
