import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../stack/find-program.ts';

const run = promisify(execFile);

/** The environment of a `kratos` process: its settings come from files, and no HTTP proxy applies to loopback. */
export const kratosEnvironment = { PATH: process.env.PATH ?? '', SQA_OPT_OUT: 'true' };

/** The path of the real Kratos: `KRATOS_BIN`, else `kratos` on the PATH; undefined without one. A KRATOS_BIN that is no program throws. */
export function findKratos(env: Record<string, string | undefined> = process.env): string | undefined {
  return findProgram({ names: ['kratos'], variable: 'KRATOS_BIN' }, env);
}

/** What `kratos version` prints: such as `v26.2.0`, or `master` for a build without version flags. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['version'], { env: kratosEnvironment });
  return /^Version:\s*(\S+)/m.exec(stdout)?.[1] ?? 'unknown';
}
