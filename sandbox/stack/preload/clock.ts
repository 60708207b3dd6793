/**
 * Lets the parent process move the clock of this process forward, like the clock of the Jumio sandbox. Preloaded into the
 * service by the demo and the end-to-end tests. Timers run in real time. The process ends when its parent does.
 *
 * With SANDBOX_WAIT_FACTOR the waits of the service for an upstream last so many times longer: on a busy machine an
 * upstream on the same machine may need more than the two seconds that a sign-up waits.
 */
const real = Date.now;

let aheadMs = Number(process.env.SANDBOX_AHEAD_SECONDS ?? 0) * 1000;

Object.defineProperty(Date, 'now', { value: () => real() + aheadMs });

const elapsed = performance.now.bind(performance);

const waitFactor = Number(process.env.SANDBOX_WAIT_FACTOR ?? 1);

Object.defineProperty(performance, 'now', { value: () => elapsed() / waitFactor });

process.on('message', (message: unknown) => {
  if (typeof message !== 'number') return;
  aheadMs += message * 1000;
  process.send?.('moved');
});

process.once('disconnect', () => process.exit(1));

process.channel?.unref();

export {};
