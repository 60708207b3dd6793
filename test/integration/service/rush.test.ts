import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { send } from '../../support/clients/raw-http.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { queryFile } from '../../support/service/databases.ts';
import { startSplitProcess } from '../../support/service/split-process.ts';

/** Five thousand in `npm run test:crowd`: too long for every run on two cores. */
const RUSH = Number(process.env.SIGN_UP_RUSH ?? 1_000);

const GATE_MS = 1_000;

/** The event loop accepts one connection a turn, so a new one waits for those before it. */
const NEW_CONNECTION_MS = Math.max(GATE_MS, RUSH * 0.5);

const SECRET = { 'content-type': 'application/json', 'x-webhook-secret': CANARIES.webhookSecret };

/** The rates of the product: an attempt whose turn is far away is not waited for. */
const RATES = { JUMIO_ACCOUNT_RATE: '1', JUMIO_ACCOUNT_BURST: '5', LOG_LEVEL: 'info' };

/** Sends one sign-up over a connection of its own; resolves to the status line. Rejects if the connection is reset. */
async function signUp(port: number): Promise<string> {
  const body = JSON.stringify({ kratos_identity_id: randomUUID() });
  const head = [
    'POST /jumio/initiate HTTP/1.1',
    'host: 127.0.0.1',
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(SECRET).map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}

type Connections = 'kept' | 'new';

/**
 * Signs somebody in, again and again, until `until` resolves; resolves to the milliseconds of the slowest answer.
 * @param connections `kept`: one connection, as Kratos keeps them; `new`: one for each sign-in
 */
async function slowestGate(port: number, connections: Connections, until: Promise<unknown>): Promise<number> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = Object.entries(SECRET).flat();
  let slowest = 0;
  do {
    const begun = performance.now();
    const body = [JSON.stringify({ kratos_identity_id: randomUUID() })];
    const kept = connections === 'kept' ? { agent } : {};
    const { status } = await send(port, { path: '/jumio/validate', headers, body, ...kept });
    expect(status).toBe(204);
    slowest = Math.max(slowest, performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (!isOver);
  agent.destroy();
  return slowest;
}

test(`${RUSH} sign-ups at the same moment are all recorded, none is reset, and the gate answers within a second meanwhile`, async () => {
  const { hooksPort: port, databaseUrl } = await startSplitProcess(RATES);
  await slowestGate(port, 'kept', Promise.resolve());
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const kept = slowestGate(port, 'kept', over);
  const rush = Promise.all(Array.from({ length: RUSH }, () => signUp(port))).finally(end);
  const opened = slowestGate(port, 'new', over);
  expect(new Set(await rush)).toEqual(new Set(['HTTP/1.1 204 No Content']));
  expect(queryFile(databaseUrl, 'select count(*) as count from verifications')).toEqual([{ count: RUSH }]);
  const slowest = { kept: await kept, opened: await opened };
  expect(slowest.kept).toBeLessThan(GATE_MS);
  expect(slowest.opened).toBeLessThan(NEW_CONNECTION_MS);
});
