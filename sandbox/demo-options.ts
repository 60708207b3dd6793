import { parseArgs } from 'node:util';
import { LAST_PORT } from './stack/demo-ports.ts';

/** The first port of a demo: no well-known program has it, and no system hands it out by itself. */
export const FIRST_PORT = 4700;

export const HELP = `npm run demo -- [options]: the whole journey on this machine, from sign-up to sign-in

  --auto            walks through all journeys by itself, prints each result, and ends; exit code 1 if one fails
  --port <number>   the first of eight ports, one after the other, by default ${FIRST_PORT}; where one is taken another is
                    chosen, and said. With --auto any free ports, unless this option is given
  --set NAME=value  changes a variable of the service, to see what a mistake does; any number of times
  --help            this text

KRATOS_BIN=<file> names a Kratos to use; without it one on the PATH, else a small stand-in.
`;

/** What a command line of the demo asks for. `problem`: it cannot be understood, and why. */
export type DemoCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly auto: boolean;
      /** The first port; undefined: any free ports. */
      readonly port: number | undefined;
      /** Variables of the service. */
      readonly variables: Readonly<Record<string, string>>;
    };

const OPTIONS = {
  auto: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  port: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const;

function problem(text: string): DemoCommand {
  return { kind: 'problem', text: `${text}\nnpm run demo -- --help names the options.` };
}

function isPort(text: string): boolean {
  return /^\d{4,5}$/.test(text) && Number(text) >= 1_024 && Number(text) <= LAST_PORT;
}

/** Reads the command line of the demo. */
export function readCommandLine(args: readonly string[]): DemoCommand {
  try {
    const { auto, help, port, set = [] } = parseArgs({ args: [...args], options: OPTIONS }).values;
    if (help) return { kind: 'help' };
    if (port !== undefined && !isPort(port))
      return problem(`--port: expected a number from 1024 to ${LAST_PORT}, saw ${JSON.stringify(port)}.`);
    const unread = set.find((setting) => !/^\w+=/.test(setting));
    if (unread !== undefined) return problem(`--set: expected NAME=value, saw ${JSON.stringify(unread)}.`);
    const variables = Object.fromEntries(set.map((setting) => setting.split(/=(.*)/s, 2)));
    const first = port === undefined ? FIRST_PORT : Number(port);
    return { kind: 'run', auto, port: auto && port === undefined ? undefined : first, variables };
  } catch (error) {
    return problem(error instanceof Error ? error.message : 'unknown');
  }
}

/**
 * What a browser needs that asks the operating system for names below `localhost`, as Safari does; all others know them
 * themselves. Undefined: not on a Mac, so nobody has one.
 */
export function safariNote(platform: string): string | undefined {
  if (platform !== 'darwin') return undefined;
  return `Safari does not know names below localhost: use another browser, or add this line to /etc/hosts first:
  127.0.0.1 app.demo.localhost verify.demo.localhost kratos.demo.localhost`;
}
