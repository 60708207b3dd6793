import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from '../../support/clients/raw-http.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { testService } from '../../support/service/service.ts';

interface Ended {
  /** All received text. */
  readonly text: string;
  /** Milliseconds from the connection to its end. */
  readonly ms: number;
}

/** Opens a connection, sends a text, then one byte every two seconds; resolves when the service ends the connection. */
function trickle(port: number, text: string, byte: string): Promise<Ended> {
  return new Promise((resolve) => {
    const start = Date.now();
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const timer = setInterval(() => socket.write(byte), 2_000);
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      received += part;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ text: received, ms: Date.now() - start });
    });
  });
}

const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'host: service', 'content-type: application/json', ...headers, '', ''].join('\r\n');

const SECRET = `x-webhook-secret: ${CANARIES.webhookSecret}`;

const ROUTES = [
  '/jumio/initiate',
  '/jumio/validate',
  '/jumio/callback',
  '/eid/link',
  '/jumio/verify',
  '/jumio/handover',
];

describe('slow requests', () => {
  it('a head, or a body at any route, that is not complete after 15 seconds ends its connection', async () => {
    const service = await testService();
    const port = await listen(service);
    const bearer = `authorization: Bearer ${CANARIES.handoverSecret}`;
    const heads = ['', 'POST /jumio/validate HTTP/1.1\r\nx: '].map((text) => trickle(port, text, text && 'a'));
    const bodies = ROUTES.map((path) => {
      const secret = path === '/jumio/handover' ? bearer : SECRET;
      return trickle(port, `${head(path, secret, 'content-length: 1000')}{"a":"`, 'a');
    });
    const ended = await Promise.all([...heads, ...bodies]);
    expect(Math.max(...ended.map(({ ms }) => ms))).toBeLessThan(20_000);
  }, 40_000);
});

describe('refused requests with a body', () => {
  it.each([
    ['another secret', head('/jumio/initiate', 'x-webhook-secret: wrong', 'content-length: 100000'), 401],
    ['no secret at the gate', head('/jumio/validate', 'transfer-encoding: chunked'), 401],
    ['a path that does not exist', head('/nowhere', 'content-length: 100000'), 404],
    ['a body above the limit', head('/jumio/callback', 'content-length: 1000000'), 413],
  ])(
    'a request with %s is answered, and its connection ends before the body has arrived',
    async (_name, text, status) => {
      const port = await listen(await testService());
      const ended = await trickle(port, text, '');
      expect(ended.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(ended.text).toMatch(/\r\nconnection: close\r\n/i);
      expect(ended.ms).toBeLessThan(2_000);
    },
  );

  it('a sign-in that the gate refuses after it has read the body keeps its connection, which Kratos uses again', async () => {
    const port = await listen(await testService());
    const request = `${head('/jumio/validate', SECRET, 'content-length: 2')}{}`;
    const last = `${head('/jumio/validate', SECRET, 'content-length: 2', 'connection: close')}{}`;
    const ended = await trickle(port, request + last, '');
    expect(ended.text.match(/HTTP\/1\.1 403 /g)).toHaveLength(2);
  });
});
