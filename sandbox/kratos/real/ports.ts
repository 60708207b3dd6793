import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Ports } from '../options.ts';

/** Below the ephemeral ports of operating systems (RFC 6335 §6, and Linux), above the ports that Chromium blocks. */
const PORT_RANGE = [11_000, 32_768] as const;

/** Processes that start at once rarely name the same port: each names those of its own part of the range, one after the other. */
const PARTS = 128;

const PART = Math.floor((PORT_RANGE[1] - PORT_RANGE[0]) / PARTS);

let last = randomInt(PART);

function nextPort(): number {
  last = (last + 1) % PART;
  return PORT_RANGE[0] + (process.pid % PARTS) * PART + last;
}

/** Whether nothing listens on a port of this machine at this moment. */
export async function isFree(port: number): Promise<boolean> {
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
 * A port that was free a moment ago, for programs that cannot choose one themselves. The operating system assigns it to
 * no other program, but a program that names it can still take it first: the caller must be able to retry.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = nextPort();
    if (await isFree(port)) return port;
  }
  throw new Error('no free port found');
}

/** Two different free ports, for the public and the admin API. */
export async function freePorts(): Promise<Ports> {
  return { public: await freePort(), admin: await freePort() };
}
