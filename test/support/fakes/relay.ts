import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP connection between two programs that a test can interrupt. */
export interface Relay {
  readonly port: number;
  /** Resets every connection, new ones too. */
  cut(): void;
  /** Keeps connections open, but forwards nothing in either direction. */
  hang(): void;
  restore(): void;
}

/** Forwards a free port of 127.0.0.1 to a target, until the test ends. */
export async function startRelay(targetPort: number, targetHost: string): Promise<Relay> {
  const sockets = new Set<Socket>();
  let state: 'passing' | 'cut' | 'hanging' = 'passing';

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  }

  function pass(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (state === 'passing') to.write(bytes);
    });
    from.on('close', () => to.destroy());
  }

  const server = createServer((inner) => {
    keep(inner);
    if (state === 'cut') return inner.resetAndDestroy();
    if (state === 'hanging') return inner;
    const outer = keep(connect(targetPort, targetHost));
    pass(inner, outer);
    pass(outer, inner);
    return inner;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP address was expected');
  const cut = (): void => {
    state = 'cut';
    for (const socket of sockets) socket.resetAndDestroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    port: address.port,
    cut,
    hang: () => {
      state = 'hanging';
    },
    restore: () => {
      state = 'passing';
    },
  };
}
