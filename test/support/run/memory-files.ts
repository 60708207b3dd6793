import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** The file system of Linux that is kept in memory. */
const FOLDER = '/dev/shm';

/** The suite uses a tenth of this. A container may have 64 MB. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize > ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/**
 * Vitest's global setup: puts temporary files into memory, where there is room. A ledger waits for the disk at each commit, and the
 * worker with it. The tests kill processes and not the machine, so what was written is there in either case.
 */
export default function setup(): (() => void) | undefined {
  if (!hasRoom()) return undefined;
  const folder = mkdtempSync(join(FOLDER, 'tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
