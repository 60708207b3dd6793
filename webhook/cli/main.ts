#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

// As the service does; what the shell has set wins.
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await run(process.argv.slice(2), processTerminal());
