import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A file exists, and the caller did not allow its replacement. */
export class FileExists extends Error {
  override readonly name = 'FileExists';
}

/** A file that a command writes. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Only the user who runs the command may read it (mode 0600). */
  readonly holdsSecret: boolean;
}

/** Throws where one of the files exists, before any of them is written. @throws FileExists */
function refuseExisting(files: readonly NewFile[]): void {
  const existing = files.map(({ path }) => resolve(path)).filter((path) => existsSync(path));
  if (existing.length > 0)
    throw new FileExists(`Nothing was written, because it exists: ${existing.join(', ')}. --force replaces it.`);
}

/** A reader never sees half a file, and the mode is right from the first byte: the text is written beside it, then renamed. */
async function write({ path, text, holdsSecret }: NewFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  try {
    await writeFile(beside, text, { flag: 'wx', mode: holdsSecret ? 0o600 : 0o644 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * Writes files, and the folders that they need.
 * @param force whether files that exist are replaced
 * @throws FileExists where one exists; then none is written
 */
export async function writeFiles(files: readonly NewFile[], force: boolean): Promise<void> {
  if (!force) refuseExisting(files);
  for (const file of files) await write(file);
}

/**
 * Copies a file beside itself, for its user alone (mode 0600): as `<path>.bak`, or with a number where that exists.
 * @returns the path of the copy
 */
export async function backUp(path: string): Promise<string> {
  let copy = `${path}.bak`;
  for (let number = 1; existsSync(copy); number++) copy = `${path}.bak.${number}`;
  await writeFile(copy, await readFile(path), { flag: 'wx', mode: 0o600 });
  return copy;
}
