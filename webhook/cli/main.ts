#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

// As the service does: variables of the shell win over .env.
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await run(process.argv.slice(2), processTerminal());
