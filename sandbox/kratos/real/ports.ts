import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Ports } from '../options.ts';

/** Below those that an operating system gives to whoever names none (RFC 6335 §6, and Linux), above Chromium's taboos. */
const NOBODY_IS_GIVEN = [11_000, 32_768] as const;

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/**
 * A port that was free a moment ago: for programs that cannot be told to choose one themselves. Nobody who lets the
 * system choose gets it meanwhile; whoever names it can still take it first, so a caller must be ready to try again.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(...NOBODY_IS_GIVEN);
    if (await isFree(port)) return port;
  }
  throw new Error('no port');
}

export async function freePorts(): Promise<Ports> {
  const [first, second] = [await freePort(), await freePort()];
  return first === second ? freePorts() : { public: first, admin: second };
}
