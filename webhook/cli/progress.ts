import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** Shows the progress of long work. */
export interface ProgressDisplay {
  /** @param share 0 to 1 @param text what has been done so far */
  show(share: number, text: string): void;
  end(): void;
}

const LINE_INTERVAL_MS = 5_000;

function createLines(terminal: Terminal): ProgressDisplay {
  let last = 0;
  return {
    show: (share, text) => {
      if (terminal.now() - last < LINE_INTERVAL_MS) return;
      last = terminal.now();
      terminal.printNote(`${Math.round(share * 100)} % ${text}\n`);
    },
    end: () => undefined,
  };
}

/**
 * Returns a bar on an interactive terminal, else a display that prints a line at most once per 5 s. Both write to the
 * standard error, so that the standard output holds the result alone.
 */
export function createProgressDisplay(terminal: Terminal): ProgressDisplay {
  if (!terminal.interactive) return createLines(terminal);
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  bar.start(1, 0, { text: '' });
  return { show: (share, text) => bar.update(share, { text }), end: () => bar.stop() };
}
