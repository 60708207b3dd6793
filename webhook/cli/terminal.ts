import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import type { Terminal } from './cli.ts';

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
