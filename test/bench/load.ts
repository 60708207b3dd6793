import { connect, type Socket } from 'node:net';

/** One request as bytes, ready to send. */
export type Wire = Buffer;

export function wire(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  method: 'GET' | 'POST' = 'POST',
): Wire {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, 'content-type': 'application/json', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Ends a run that hangs. A late answer on a busy machine is a result, not a fault. */
const DEADLINE_MS = 60_000;

/** Whether an answer has come with all of its body, which has a length. */
function isWhole(seen: string): boolean {
  const end = seen.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(seen.slice(0, end))?.[1] ?? '0';
  return seen.length >= end + 4 + Number(length);
}

/** Sends one request on an open connection and waits for its answer. */
function exchange(socket: Socket, request: Wire, status: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const late = setTimeout(() => reject(new Error(`no whole answer: ${seen.slice(0, 300)}`)), DEADLINE_MS);
    const onData = (chunk: Buffer): void => {
      seen += chunk.toString('latin1');
      const wrong = seen.length >= 12 && seen.slice(9, 12) !== String(status);
      if (!wrong && !isWhole(seen)) return;
      socket.off('data', onData);
      clearTimeout(late);
      if (wrong) reject(new Error(`expected ${status}, saw ${seen.slice(0, 300)}`));
      else resolve();
    };
    socket.on('data', onData);
    socket.write(request);
  });
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

export interface Target {
  readonly port: number;
  readonly status: number;
  /** The n-th request. */
  readonly request: (n: number) => Wire;
}

/** Requests per second by so many connections that each send the next request when the last is answered. */
export async function closedLoop(target: Target, connections: number, ms: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(target.port)));
  const started = performance.now();
  let count = 0;
  const drive = async (socket: Socket): Promise<void> => {
    while (performance.now() - started < ms) await exchange(socket, target.request(count++), target.status);
  };
  await Promise.all(sockets.map(drive));
  const rate = count / ((performance.now() - started) / 1000);
  for (const socket of sockets) socket.destroy();
  return rate;
}

/** Latencies in milliseconds at a fixed rate, measured from the due time of each request: a slow answer delays no other request. */
export async function fixedRate(target: Target, perSecond: number, ms: number): Promise<number[]> {
  const idle = await Promise.all(Array.from({ length: 64 }, () => opened(target.port)));
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const started = performance.now();
  for (let n = 0; n < (perSecond * ms) / 1000; n += 1) {
    const due = started + (n * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    const socket = idle.pop() ?? (await opened(target.port));
    const sent = exchange(socket, target.request(n), target.status).then(() => {
      latencies.push(performance.now() - due);
      idle.push(socket);
    });
    pending.push(sent);
  }
  await Promise.all(pending);
  for (const socket of idle) socket.destroy();
  return latencies.sort((a, b) => a - b);
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
