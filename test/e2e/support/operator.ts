import { execFile } from 'node:child_process';
import { programArguments } from '../../../sandbox/stack/program.ts';
import type { World } from './world.ts';

/** The output of the operator's program, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `npm run cli -- …` as an operator does: in a process of its own beside the running service, with its environment. */
export function operate({ stack }: Pick<World, 'stack'>, args: readonly string[]): Promise<CommandResult> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NO_ENV_FILE: '1', ...stack.env };
  return new Promise((resolve) => {
    execFile(process.execPath, [...programArguments('webhook/cli/main'), ...args], { env }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, out, err });
    });
  });
}
