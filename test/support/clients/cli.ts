import { appendFileSync } from 'node:fs';
import { run } from '../../../webhook/cli/program.ts';
import type { Connect } from '../../../webhook/cli/service.ts';
import type { Terminal } from '../../../webhook/cli/terminal.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { createDependencies } from '../../../webhook/dependencies.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { CAPTURE_VARIABLE } from '../logs/capture.ts';
import { ENVIRONMENT, type TestService } from '../service/service.ts';

/** The result of a command line. */
export interface CliResult {
  readonly code: number;
  /** stdout, for scripts. */
  readonly out: string;
  /** stderr, for the person at the terminal. */
  readonly err: string;
  /** The questions that were asked. */
  readonly asked: readonly string[];
  /** Those of them whose answer is not shown. */
  readonly hidden: readonly string[];
}

export interface CliOptions {
  /** The answer of the operator at the terminal; absent without a terminal. */
  readonly answer?: string;
  /** The answers to several questions, in their order. */
  readonly answers?: readonly string[];
  readonly env?: Environment;
}

type ServiceParts = Pick<TestService, 'databaseUrl' | 'clock'> & Partial<Pick<TestService, 'jumio' | 'kratos'>>;

/** The one secret that a command may print: a one-time link, for the operator to send. */
const ONE_TIME_LINK = /\/jumio\/enter\?code=[\w-]+/g;

/** Appends all output of a command to the captured logs, so that the check for canaries covers it. */
function capture(text: string): string {
  const file = process.env[CAPTURE_VARIABLE];
  if (file !== undefined) appendFileSync(file, text.replace(ONE_TIME_LINK, '/jumio/enter'));
  return text;
}

/** Runs a command line beside a service: with its own connection to the ledger, and the service’s upstreams. */
export async function runCli(
  service: ServiceParts,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const output = { out: '', err: '', asked: [] as string[], hidden: [] as string[] };
  const terminal: Terminal = {
    // Port 0: whatever listens on the port by default on this machine is not asked what it applies.
    env: { ...ENVIRONMENT, PORT: '0', DATABASE_URL: service.databaseUrl, ...options.env },
    environmentSources: 'Read: the environment of a test.',
    interactive: options.answer !== undefined || options.answers !== undefined,
    colour: false,
    now: () => service.clock.now(),
    print: async (text) => {
      output.out += capture(text);
    },
    printNote: (text) => {
      output.err += capture(text);
    },
    ask: async (question, { hidden } = { hidden: false }) => {
      const answer = options.answer ?? options.answers?.[output.asked.length] ?? '';
      output.asked.push(question);
      if (hidden) output.hidden.push(question);
      return answer;
    },
  };
  const connect: Connect = async (config) => {
    const real = await createDependencies(config, createLogger('silent'), {
      clock: service.clock,
      beginsEpoch: false,
    });
    const { jumio = real.ctx.jumio, kratos = real.ctx.kratos } = service;
    return { ...real, ctx: { ...real.ctx, jumio, kratos } };
  };
  return { code: await run(args, terminal, connect), ...output };
}
