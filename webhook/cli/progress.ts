import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** Shows how far long work is: a bar where a person watches, else a plain line every few seconds. */
export interface ProgressDisplay {
  /** @param share 0 to 1 @param words what has been done so far */
  show(share: number, words: string): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;

function lines(terminal: Terminal): ProgressDisplay {
  let last = 0;
  return {
    show: (share, words) => {
      if (terminal.now() - last < LINE_EVERY_MS) return;
      last = terminal.now();
      terminal.say(`${Math.round(share * 100)} % ${words}\n`);
    },
    end: () => undefined,
  };
}

/** On the standard error, so that a script reads the result alone. */
export function createProgressDisplay(terminal: Terminal): ProgressDisplay {
  if (!terminal.interactive) return lines(terminal);
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % {words}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  bar.start(1, 0, { words: '' });
  return { show: (share, words) => bar.update(share, { words }), end: () => bar.stop() };
}
