const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does something when this process ends, by itself or by a signal, so that it leaves no child behind.
 * Where nobody else handles the signal it still ends the process. Returns the way to take it back.
 */
export function onProcessEnd(action: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    action();
    takeBack();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const takeBack = () => {
    process.off('exit', action);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on('exit', action);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return takeBack;
}
