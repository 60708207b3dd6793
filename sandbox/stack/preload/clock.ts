/**
 * Lets whoever started this process move its clock forward, as the Jumio sandbox's can be moved. Preloaded into the
 * service by the demo and the end-to-end tests. Timers run in real time. The process ends with whoever started it.
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
