import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually } from '../service/eventually.ts';

/** A folder that is deleted when the test ends. */
export async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recipe-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a shipped file with filled placeholders into a folder; returns its path. */
export async function filled(file: string, into: string, values: Readonly<Record<string, string>>): Promise<string> {
  const shipped = await readFile(new URL(`../../../docs/examples/${file}`, import.meta.url), 'utf8');
  const code = shipped.replaceAll(/^ *#.*\n/gm, '');
  const text = Object.entries(values).reduce((seen, [name, value]) => seen.replaceAll(`<${name}>`, value), code);
  const left = /<[A-Z_]+>/.exec(text);
  if (left !== null) throw new Error(`${file} has a placeholder that the test does not fill in: ${left[0]}`);
  const path = join(into, file.replaceAll('/', '-'));
  await writeFile(path, text);
  return path;
}

/** Runs a program until the test ends; resolves once it answers at a URL. */
export async function running(program: string, args: readonly string[], url: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH ?? '' } });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8').slice(0, 10_000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`);
    await fetch(url, { redirect: 'manual' });
  });
}
