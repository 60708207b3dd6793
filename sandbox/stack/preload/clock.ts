/**
 * Lets the parent process move the clock of this process forward, like the clock of the Jumio sandbox. Preloaded into the
 * service by the demo and the end-to-end tests. Timers run in real time. The process ends when its parent does.
 */
const real = Date.now;

let aheadMs = Number(process.env.SANDBOX_AHEAD_SECONDS ?? 0) * 1000;

Object.defineProperty(Date, 'now', { value: () => real() + aheadMs });

process.on('message', (message: unknown) => {
  if (typeof message !== 'number') return;
  aheadMs += message * 1000;
  process.send?.('moved');
});

process.once('disconnect', () => process.exit(1));

process.channel?.unref();

export {};
