import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Environment } from '../config/problem.ts';
import type { Dependencies } from '../dependencies.ts';

/** Exit codes: done; failed; wrong arguments, or no such identity. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** The terminal of a command: that of the process, or of a test. */
export interface Terminal {
  readonly env: Environment;
  /** Says where its variables came from. */
  readonly environmentSources: string;
  /** Whether a person can answer a question. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Epoch milliseconds. */
  now(): number;
  /** Writes the result to the standard output, unchanged; resolves when there is room for more. */
  print(text: string): Promise<void>;
  /** Writes warnings, progress and errors to the standard error. */
  printNote(text: string): void;
  /**
   * Returns the typed line; an empty text at the end of the input.
   * @param options hidden: what is typed is not shown, because it is a secret
   */
  ask(question: string, options?: { readonly hidden: boolean }): Promise<string>;
}

/** The collaborators of every command. */
export interface Cli extends Terminal {
  /**
   * Runs `work` with the service's own collaborators, built from the same environment, then closes the ledger. No worker
   * runs: a command writes rows and makes them due, and the service does the rest (docs/design.md#the-ledgers-database).
   * @throws ConfigError, LedgerUnavailable, Exit, or what `work` throws
   */
  withService<T>(work: (service: Dependencies) => Promise<T>): Promise<T>;
}

/** Ends a command with an exit code and a message; the message may be empty. */
export class Exit extends Error {
  override readonly name = 'Exit';
  readonly code: number;

  constructor(code: number, message = '') {
    super(message);
    this.code = code;
  }
}

/** Returns the error for wrong arguments, or for something that does not exist. */
export function usageError(message: string): Exit {
  return new Exit(EXIT.usage, message);
}

/** A reader that closes the pipe early (`| head`) is no failure of the command. */
function exitWhenReaderCloses(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Takes what the line editor would show. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

async function ask(question: string, { hidden } = { hidden: false }): Promise<string> {
  if (hidden) process.stderr.write(question);
  const output = hidden ? { output: nowhere(), terminal: process.stdin.isTTY } : { output: process.stderr };
  const lines = createInterface({ input: process.stdin, ...output });
  try {
    // `question` never resolves at the end of the input. A last line without its end is an event.
    const ended = new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
    });
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

/**
 * Returns the terminal of this process: results to the standard output, everything else to the standard error.
 * @param environmentSources where the variables of its environment came from
 */
export function processTerminal(environmentSources: string): Terminal {
  exitWhenReaderCloses();
  return {
    env: process.env,
    environmentSources,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
    colour: pc.isColorSupported && Boolean(process.stdout.isTTY),
    now: () => Date.now(),
    print,
    printNote: (text) => process.stderr.write(text),
    ask,
  };
}
