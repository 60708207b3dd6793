import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const FOLDER = new URL('./corpus/', import.meta.url);

const FOUND = 'found.json';

const list = z.array(z.unknown());

function folderOf(target: string): URL {
  return new URL(`${target}/`, FOLDER);
}

function inputsIn(name: string, text: string): string[] {
  if (!name.endsWith('.json')) return [text];
  return list.parse(JSON.parse(text)).map((input) => (typeof input === 'string' ? input : JSON.stringify(input)));
}

/**
 * Returns the kept inputs of a target. A file `.json` is a list of inputs: a text is one itself, any other value is one as
 * JSON. Every other file is one input.
 */
export function keptInputs(target: string): string[] {
  const folder = folderOf(target);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names.flatMap((name) => inputsIn(name, readFileSync(new URL(name, folder), 'utf8')));
}

/** The names of the targets that have kept inputs. */
export function keptTargets(): string[] {
  return readdirSync(FOLDER).sort();
}

/** Adds an input to `found.json` of a target, if it is not there yet. */
export function keepInput(target: string, input: string): void {
  mkdirSync(folderOf(target), { recursive: true });
  const file = new URL(FOUND, folderOf(target));
  const kept = existsSync(file) ? list.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  if (kept.includes(input)) return;
  writeFileSync(file, `${JSON.stringify([...kept, input], null, 2)}\n`);
}
