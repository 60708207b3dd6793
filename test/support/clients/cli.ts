import { appendFileSync } from 'node:fs';
import { run } from '../../../webhook/cli/program.ts';
import type { Connect } from '../../../webhook/cli/service.ts';
import type { Terminal } from '../../../webhook/cli/terminal.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { createDependencies } from '../../../webhook/dependencies.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { CAPTURE_VARIABLE } from '../logs/capture.ts';
import { ENVIRONMENT, type TestService } from '../service/service.ts';

/** What a command line came to. */
export interface Ran {
  readonly code: number;
  /** What a script reads. */
  readonly out: string;
  /** What a person is told beside it. */
  readonly err: string;
  /** The questions that were asked. */
  readonly asked: readonly string[];
}

export interface RunOptions {
  /** Who sits at the terminal, and what they answer; absent: nobody. */
  readonly answer?: string;
  readonly env?: Environment;
}

type Neighbours = Pick<TestService, 'databaseUrl' | 'clock'> & Partial<Pick<TestService, 'jumio' | 'kratos'>>;

/** The one secret that a command is there to print: a one-time address, for the operator to send. */
const ADDRESS = /\/jumio\/enter\?code=[\w-]+/g;

/** Everything a command prints goes where the services' logs go: the suite's look for canaries covers it. */
function capture(text: string): string {
  const file = process.env[CAPTURE_VARIABLE];
  if (file !== undefined) appendFileSync(file, text.replace(ADDRESS, '/jumio/enter'));
  return text;
}

/** Runs a command line beside a service: a ledger connection of its own, the service's neighbours. */
export async function runCli(beside: Neighbours, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const seen = { out: '', err: '', asked: [] as string[] };
  const terminal: Terminal = {
    env: { ...ENVIRONMENT, DATABASE_URL: beside.databaseUrl, ...options.env },
    interactive: options.answer !== undefined,
    colour: false,
    now: () => beside.clock.now(),
    print: async (text) => {
      seen.out += capture(text);
    },
    say: (text) => {
      seen.err += capture(text);
    },
    ask: async (question) => {
      seen.asked.push(question);
      return options.answer ?? '';
    },
  };
  const connect: Connect = async (config) => {
    const real = await createDependencies(config, createLogger('silent'), beside.clock);
    const { jumio = real.ctx.jumio, kratos = real.ctx.kratos } = beside;
    return { ...real, ctx: { ...real.ctx, jumio, kratos } };
  };
  return { code: await run(args, terminal, connect), ...seen };
}
