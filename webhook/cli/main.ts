#!/usr/bin/env node
import { addEnvFiles, sayEnvFiles, sayHidden } from '../config/env-files.ts';
import { ConfigError } from '../config/problem.ts';
import { configurationMessage, run } from './program.ts';
import { EXIT, processTerminal } from './terminal.ts';

/** Reads `.env` as the service does. Returns the exit code. */
async function main(): Promise<number> {
  try {
    const files = addEnvFiles(process.env);
    const sources = [sayEnvFiles(files), ...sayHidden(files)].join(' ');
    return await run(process.argv.slice(2), processTerminal(sources));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${configurationMessage(error)}\n`);
    return EXIT.usage;
  }
}

process.exitCode = await main();
