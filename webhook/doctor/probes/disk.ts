import { readdir, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The file of a SQLite ledger, and the disk that holds it. */
export interface Disk {
  readonly freeBytes: number;
  /** How many other processes have the file open; undefined on a system without `/proc`. */
  readonly openedBy: number | undefined;
  /** Whether every user of the machine may read it. */
  readonly isOpenToAll: boolean;
}

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

async function hasOpen(process: string, file: string): Promise<boolean> {
  try {
    const handles = await readdir(join('/proc', process, 'fd'));
    const links = await Promise.all(handles.map((fd) => readlink(join('/proc', process, 'fd', fd)).catch(() => '')));
    return links.includes(file);
  } catch {
    return false; // The process has ended, or belongs to another user.
  }
}

async function countOpeners(file: string): Promise<number | undefined> {
  try {
    const all = await readdir('/proc');
    const others = all.filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
    const found = await Promise.all(others.map((other) => hasOpen(other, file)));
    return found.filter(Boolean).length;
  } catch {
    return undefined;
  }
}

/** Inspects the file of a SQLite ledger; undefined if the ledger is no file, or the file cannot be inspected. */
export async function inspectDisk(databaseUrl: string): Promise<Disk | undefined> {
  if (!databaseUrl.startsWith('file:')) return undefined;
  const path = databaseUrl.slice('file:'.length);
  try {
    const { mode } = await stat(path);
    const { mode: folderMode } = await stat(dirname(path));
    const { bavail, bsize } = await statfs(dirname(path));
    return {
      freeBytes: bavail * bsize,
      openedBy: await countOpeners(await realpath(path)),
      isOpenToAll: (mode & OTHERS_READ) !== 0 && (folderMode & OTHERS_ENTER) !== 0,
    };
  } catch {
    return undefined;
  }
}
