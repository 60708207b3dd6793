import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../stack/find-program.ts';

const run = promisify(execFile);

/** The variables that a `kratos` process gets: its settings come from files, and no proxy stands before loopback. */
export const kratosEnvironment = { PATH: process.env.PATH ?? '', SQA_OPT_OUT: 'true' };

/** The path of the real Kratos: `KRATOS_BIN`, else `kratos` on the PATH. A KRATOS_BIN that is no program throws. */
export function findKratos(env: Record<string, string | undefined> = process.env): string | undefined {
  return findProgram({ names: ['kratos'], variable: 'KRATOS_BIN' }, env);
}

/** What `kratos version` calls itself, such as `v26.2.0`. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['version'], { env: kratosEnvironment });
  return /^Version:\s*(\S+)/m.exec(stdout)?.[1] ?? 'unknown';
}
