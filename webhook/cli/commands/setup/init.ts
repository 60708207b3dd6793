import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  backUp,
  changedEnvironment,
  DATA_CENTRES,
  type EnvironmentValues,
  emptyEnvironment,
  environmentOf,
  FileExists,
  hasSandboxClient,
  type JumioPlace,
  jumioPlaceOf,
  jumioVariables,
  newCallerSecrets,
  writeFiles,
} from '../../../setup/index.ts';
import { examples } from '../../help.ts';
import { type Cli, EXIT, Exit, usageError } from '../../terminal.ts';

/** Where Jumio is, or `other`: at an address that the file has already, and that `init` does not change. */
type Place = JumioPlace | 'other';

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
function questionsFor(place: Place): readonly Question[] {
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

/** The text of the file that is changed; undefined: there is none. */
function readBefore(path: string, force: boolean): string | undefined {
  if (!existsSync(path)) return undefined;
  if (!force) throw new FileExists(`Nothing was written, because it exists: ${path}. --force changes it.`);
  return readFileSync(path, 'utf8');
}

function toFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What a flag says, for a secret the environment. What the environment has out of the file itself is not said anew. */
function givenFor({ name, flag }: Question, cli: Cli, flags: InitFlags, before: EnvironmentValues): string | undefined {
  const given = flag === undefined ? cli.env[name] : flags[flag];
  if (typeof given !== 'string' || given === '') return undefined;
  return flag === undefined && given === before[name] ? undefined : given;
}

/** The answer of the person, else what is known already; undefined: there is none. */
async function answerTo(
  cli: Cli,
  flags: InitFlags,
  known: EnvironmentValues,
  { name, flag, asks, otherwise }: Question,
): Promise<string | undefined> {
  const fallback = known[name] ?? otherwise;
  if (!cli.interactive || flags.yes) return fallback;
  const isSecret = flag === undefined;
  const shown = fallback === undefined || fallback === '' ? '' : ` [${isSecret ? 'keep it' : fallback}]`;
  const typed = (await cli.ask(`${asks} (${name})${shown}: `, { hidden: isSecret })).trim();
  return typed === '' ? fallback : typed;
}

/** A variable whose value is in a file of its own gets none here. @throws Exit where a flag asks for one */
function isInFile({ name, flag }: Question, flags: InitFlags, before: EnvironmentValues): boolean {
  const file = before[`${name}_FILE`];
  if (!file) return false;
  if (flag !== undefined && flags[flag] !== undefined)
    throw usageError(
      `Nothing was written: ${name}_FILE is set, to ${file}. Change that file instead of ${toFlag(flag)}.`,
    );
  return true;
}

function missing(questions: readonly Question[]): Exit {
  const lines = questions.map(({ flag, name, asks }) =>
    flag === undefined ? `  the variable ${name}: ${asks}` : `  ${toFlag(flag)}: ${asks}`,
  );
  return usageError(`Nothing was written. These are needed:\n${lines.join('\n')}`);
}

/** Where nothing is said Jumio stays where it is; in a new file it is the sandbox. */
async function placeOf(cli: Cli, flags: InitFlags, before: EnvironmentValues): Promise<Place> {
  if (flags.jumio !== undefined) return flags.jumio;
  const present = jumioPlaceOf(before);
  const otherwise = present ?? 'sandbox';
  if (flags.yes) return allowed(otherwise, before);
  const places: readonly JumioPlace[] = ['sandbox', ...DATA_CENTRES];
  if (!cli.interactive) {
    if (present === undefined) throw usageError(`Say where Jumio is: --jumio ${places.join(', ')}.`);
    return present;
  }
  const shown = otherwise === 'other' ? 'as it is' : otherwise;
  const typed = (await cli.ask(`Jumio: ${places.join(', ')} [${shown}]: `)).trim();
  if (typed === '') return allowed(otherwise, before);
  const place = places.find((each) => each === typed);
  if (place === undefined) throw usageError(`Jumio has no data centre of this name. Expected ${places.join(', ')}.`);
  return allowed(place, before);
}

/** The sandbox takes the place of the client that was issued for Jumio only where the flag says so. */
function allowed(place: Place, before: EnvironmentValues): Place {
  if (place === 'sandbox' && jumioPlaceOf(before) !== 'sandbox' && !hasSandboxClient(before))
    throw usageError('Nothing was written: the file has a client of Jumio. --jumio sandbox replaces it.');
  return place;
}

/** The variables that say where Jumio is. @throws Exit where one of them is in a file of its own, and another place is asked for */
function jumioOf(place: Place, flags: InitFlags, before: EnvironmentValues): EnvironmentValues {
  const isThere = flags.jumio === undefined && place === jumioPlaceOf(before);
  if (place === 'other' || isThere) return {};
  const variables = jumioVariables(place);
  const inFile = Object.keys(variables).find((name) => before[`${name}_FILE`]);
  if (inFile !== undefined)
    throw usageError(`Nothing was written: ${inFile}_FILE is set. Remove it, and then say --jumio ${place}.`);
  return variables;
}

/** The sandbox's client is none for Jumio. */
function withoutSandboxClient(before: EnvironmentValues, place: Place): EnvironmentValues {
  if (place === 'sandbox' || jumioPlaceOf(before) !== 'sandbox' || !hasSandboxClient(before)) return before;
  const { JUMIO_CLIENT_ID: _id, JUMIO_CLIENT_SECRET: _secret, ...rest } = before;
  return rest;
}

/** Whether a variable is there, be it empty, or in a file of its own. */
function has(before: EnvironmentValues, name: string): boolean {
  return before[name] !== undefined || before[`${name}_FILE`] !== undefined;
}

/** `return_to` may lead to the application, if nothing else was said. */
function returnUrls({ DEFAULT_RETURN_URL: home }: EnvironmentValues, before: EnvironmentValues): EnvironmentValues {
  if (has(before, 'ALLOWED_RETURN_URLS') || home === undefined || !URL.canParse(home)) return {};
  return { ALLOWED_RETURN_URLS: new URL(home).origin };
}

function portOf({ PUBLIC_URL: url }: EnvironmentValues, before: EnvironmentValues): EnvironmentValues {
  const port = url !== undefined && URL.canParse(url) ? new URL(url).port : '';
  return port === '' || has(before, 'PORT') ? {} : { PORT: port };
}

/** The values that are said anew, or derived from these. */
async function valuesFrom(cli: Cli, flags: InitFlags, before: EnvironmentValues): Promise<EnvironmentValues> {
  const place = await placeOf(cli, flags, before);
  const known = withoutSandboxClient(before, place);
  const answers: Record<string, string> = {};
  const open: Question[] = [];
  for (const question of questionsFor(place)) {
    if (isInFile(question, flags, before)) continue;
    const answer = givenFor(question, cli, flags, before) ?? (await answerTo(cli, flags, known, question));
    if (answer === undefined) open.push(question);
    else answers[question.name] = answer;
  }
  if (open.length > 0) throw missing(open);
  const brand = place === 'sandbox' ? coloursOf(answers, before) : {};
  const derived = { ...returnUrls(answers, before), ...portOf(answers, before), ...brand };
  return { ...jumioOf(place, flags, before), ...newCallerSecrets(before), ...derived, ...answers };
}

function nextSteps(path: string, place: string | undefined, copy: string | undefined): string {
  const sandbox = place?.startsWith('http://127.0.0.1:4010') ? 'Start Jumio’s sandbox: npm run sandbox\n' : '';
  const before = copy === undefined ? '' : `As it was before:      ${copy} (mode 0600)\n`;
  return `Written: ${path} (mode 0600), with new secrets where there were none.
${before}Write Kratos’ hooks:   npm run cli -- kratos-config --help
${sandbox}Start the service:     npm start\n`;
}

async function runCommand(cli: Cli, flags: InitFlags): Promise<void> {
  const path = resolve(flags.out);
  const force = flags.force ?? false;
  const before = readBefore(path, force);
  const values = await valuesFrom(cli, flags, environmentOf(before ?? ''));
  const text = changedEnvironment(before ?? emptyEnvironment(), values);
  const copy = before === undefined || before === text ? undefined : await backUp(path);
  await writeFiles([{ path, text, holdsSecret: true }], force);
  await cli.print(nextSteps(path, environmentOf(text).JUMIO_API_BASE_URL, copy));
}

/** `init`: writes a `.env` that the service starts with. */
export function registerInit(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('write a .env that the service starts with: asks, or takes flags')
    .addOption(
      new Option('--jumio <where>', 'a data centre of Jumio, or the sandbox; by default where it is already').choices([
        'sandbox',
        ...DATA_CENTRES,
      ]),
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
    .option('--yes', 'ask nothing: what is there stays, else the defaults; Jumio is the sandbox in a new file')
    .option(
      '--force',
      'change a file that exists: every line that is not said anew stays, and a copy of the file as it was',
    )
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
