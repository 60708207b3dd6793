import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { BRAND } from '../../../sandbox/stack/config.ts';
import { programArguments } from '../../../sandbox/stack/program.ts';
import type { Stack } from '../../../sandbox/stack/start.ts';
import { applied, type Operation } from '../../support/doctor/operations.ts';

const operation = z.object({
  op: z.enum(['add', 'remove', 'replace']),
  path: z.string(),
  value: z.unknown().optional(),
});

const finding = z.object({
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  seen: z.string(),
  fix: z.object({ says: z.string(), kratos: z.array(operation).optional() }),
});

const report = z.object({ green: z.boolean(), findings: z.array(finding) });

/** The timeout of a test that starts a program and restarts Kratos, long because the machine may be busy. Milliseconds. */
export const LONG_TIMEOUT_MS = 120_000;

/** The report that `npm run cli -- doctor --json` printed, and its exit code. */
export interface Diagnosis extends z.infer<typeof report> {
  readonly code: number;
}

/** Runs a command as an operator does: in a process of its own, with the service's environment. */
export async function command({ env }: Stack, ...args: readonly string[]): Promise<{ code: number; out: string }> {
  const flags = [...programArguments('webhook/cli/main', ['sandbox/stack/preload/loopback']), ...args];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, flags, {
    env: { PATH, HOME, NO_ENV_FILE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const [code] = await once(child, 'close');
  if (out === '') throw new Error(`${args[0]} printed nothing and ended with ${code}: ${err}`);
  return { code, out };
}

/** Runs the doctor on the configuration files of the running Kratos. The pages say what they should: a stack is about Kratos. */
export async function doctor(stack: Stack): Promise<Diagnosis> {
  const told = { ...stack, env: { ...BRAND, ...stack.env } };
  const { code, out } = await command(told, 'doctor', '--json', '--kratos-config', ...stack.kratos.configFiles);
  return { ...report.parse(JSON.parse(out)), code };
}

/** The text of the hooks that the running Kratos has: its last configuration file. */
export function hooksText({ kratos }: Stack): Promise<string> {
  return readFile(kratos.configFiles.at(-1) ?? '', 'utf8');
}

/** Applies operations to the hooks of the running Kratos, or to `from`, and reconfigures Kratos with the result. */
export async function change(stack: Stack, operations: readonly Operation[], from?: string): Promise<void> {
  const hooks = z.record(z.string(), z.unknown()).parse(parse(from ?? (await hooksText(stack))));
  await stack.kratos.reconfigure(stringify(applied(hooks, operations), { aliasDuplicateObjects: false }));
}

/** Applies the fixes that the doctor names for findings with these ids. */
export async function applyFixes(stack: Stack, { findings }: Diagnosis, ids: readonly string[]): Promise<void> {
  const fixes = findings.filter(({ id }) => ids.includes(id)).flatMap(({ fix }) => fix.kratos ?? []);
  if (fixes.length === 0) throw new Error(`the doctor names no operations for ${ids.join(', ')}`);
  await change(stack, fixes);
}
