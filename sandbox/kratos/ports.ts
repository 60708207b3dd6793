import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Ports } from './options.ts';

/**
 * A port that was free a moment ago: for programs that cannot be told to choose one themselves.
 * Somebody else may take it first, so a caller must be ready to try again.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function freePorts(): Promise<Ports> {
  const [first, second] = [await freePort(), await freePort()];
  return first === second ? freePorts() : { public: first, admin: second };
}
