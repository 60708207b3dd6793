import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import type { Environment } from '../config/problem.ts';
import type { Dependencies } from '../dependencies.ts';

/** What a script learns of a command: done; it failed; it was asked for wrongly, or for something that is not there. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Where a command runs: the process' own terminal, or a test's. */
export interface Terminal {
  readonly env: Environment;
  /** Whether a person is there who can be asked. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Epoch milliseconds. */
  now(): number;
  /** Writes the result, as it is; resolves when there is room for more. */
  print(text: string): Promise<void>;
  /** Writes what is said beside the result: warnings, progress, what went wrong. */
  say(text: string): void;
  ask(question: string): Promise<string>;
}

/** What every command works with. */
export interface Cli extends Terminal {
  /**
   * The service's own collaborators, by the same environment, for as long as `work` takes. No worker runs: a command
   * writes rows and makes them due, and the service does the rest (docs/design.md#the-ledgers-database).
   */
  withService<T>(work: (service: Dependencies) => Promise<T>): Promise<T>;
}

/** Ends a command with a code and a word about it. */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: number;

  constructor(code: number, message = '') {
    super(message);
    this.code = code;
  }
}

/** What was asked for is not there, or was asked for wrongly. */
export function refuse(message: string): Exit {
  return new Exit(EXIT.usage, message);
}

/** Whoever reads us may have seen enough (`| head`): that is no failure of ours. */
function endQuietlyWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Where the input ends there is no answer: else the question would wait for good.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

/** The terminal of this process. Results go to the standard output, everything else to the standard error. */
export function processTerminal(): Terminal {
  endQuietlyWithTheReader();
  return {
    env: process.env,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
    colour: pc.isColorSupported && Boolean(process.stdout.isTTY),
    now: () => Date.now(),
    print,
    say: (text) => process.stderr.write(text),
    ask,
  };
}
