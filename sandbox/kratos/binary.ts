import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The variables that a `kratos` process gets: its settings come from files, and no proxy stands before loopback. */
export const kratosEnvironment = { PATH: process.env.PATH ?? '', SQA_OPT_OUT: 'true' };

/** The path of the real Kratos: `KRATOS_BIN`, else `kratos` on the PATH. A KRATOS_BIN that is no program throws. */
export function findKratos(env: Record<string, string | undefined> = process.env): string | undefined {
  if (env.KRATOS_BIN) {
    accessSync(env.KRATOS_BIN, constants.X_OK);
    return env.KRATOS_BIN;
  }
  const candidates = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'kratos'));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What `kratos version` calls itself, such as `v26.2.0`. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['version'], { env: kratosEnvironment });
  return /^Version:\s*(\S+)/m.exec(stdout)?.[1] ?? 'unknown';
}
