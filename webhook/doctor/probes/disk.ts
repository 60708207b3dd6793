import { readdir, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where a SQLite ledger lives. */
export interface Disk {
  readonly freeBytes: number;
  /** How many other processes hold the file open; undefined where this system does not tell. */
  readonly openedBy: number | undefined;
  /** Whether any user of the machine may read it. */
  readonly isOpenToAll: boolean;
}

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

async function opens(process: string, file: string): Promise<boolean> {
  try {
    const handles = await readdir(join('/proc', process, 'fd'));
    const links = await Promise.all(handles.map((fd) => readlink(join('/proc', process, 'fd', fd)).catch(() => '')));
    return links.includes(file);
  } catch {
    return false; // ended meanwhile, or somebody else's
  }
}

async function openedBy(file: string): Promise<number | undefined> {
  try {
    const all = await readdir('/proc');
    const others = all.filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
    const found = await Promise.all(others.map((other) => opens(other, file)));
    return found.filter(Boolean).length;
  } catch {
    return undefined;
  }
}

/** Looks at the file of a SQLite ledger; undefined where there is none. */
export async function inspectDisk(databaseUrl: string): Promise<Disk | undefined> {
  if (!databaseUrl.startsWith('file:')) return undefined;
  const path = databaseUrl.slice('file:'.length);
  try {
    const { mode } = await stat(path);
    const { mode: ofFolder } = await stat(dirname(path));
    const { bavail, bsize } = await statfs(dirname(path));
    return {
      freeBytes: bavail * bsize,
      openedBy: await openedBy(await realpath(path)),
      isOpenToAll: (mode & OTHERS_READ) !== 0 && (ofFolder & OTHERS_ENTER) !== 0,
    };
  } catch {
    return undefined;
  }
}
