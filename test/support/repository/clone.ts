import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const lockFile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clone-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files that a clone of this working tree would have. */
function clonedFiles(): string[] {
  const flags = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', flags, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  // A link is not what `node_modules/` in .gitignore names. A file that was removed is still listed until it is committed.
  return names.filter((name) => name !== '' && name !== 'node_modules' && existsSync(join(ROOT, name)));
}

/** A fresh clone of this working tree, until the test ends. */
export interface Clone {
  readonly folder: string;
  /** Variables for programs in it: `npm install` links the packages that this machine has, because tests reach no registry. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Returns a fresh clone. It has no packages: `npm install` in it is a stand-in, every other command of npm the real one. */
export function freshClone(): Clone {
  const [folder, programs] = [temporaryFolder(), temporaryFolder()];
  for (const name of clonedFiles()) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const { PATH = '', HOME } = process.env;
  const link = `ln -sfn '${join(ROOT, 'node_modules')}' '${join(folder, 'node_modules')}'`;
  writeFileSync(
    join(programs, 'npm'),
    `#!/bin/sh\nif [ "$1" = install ]; then ${link}; else PATH='${PATH}' exec npm "$@"; fi\n`,
  );
  chmodSync(join(programs, 'npm'), 0o755);
  return { folder, env: { PATH: `${programs}:${PATH}`, HOME, npm_config_update_notifier: 'false' } };
}

/** Returns a fresh clone with the packages that `npm ci` installs with NODE_ENV=production: those of this machine, less what is for development. */
export function productionClone(): Clone {
  const clone = freshClone();
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  for (const [path, { dev }] of Object.entries(packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(clone.folder, path)), { recursive: true });
    symlinkSync(realpathSync(join(ROOT, path)), join(clone.folder, path));
  }
  cpSync(join(ROOT, 'node_modules/.bin'), join(clone.folder, 'node_modules/.bin'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return clone;
}

/** Returns a fresh clone with the packages of this machine. */
export function installedClone(): Clone {
  const clone = freshClone();
  symlinkSync(join(ROOT, 'node_modules'), join(clone.folder, 'node_modules'));
  return clone;
}
