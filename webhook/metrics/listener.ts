import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../config/values.ts';

/** The metrics as they are served. */
export interface Rendered {
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** A request of Prometheus is a few lines; whoever is slower is none. */
const REQUEST_MS = 5_000;

/** The listener of the metrics. */
export interface MetricsListener {
  /** Rejects if the address cannot be opened. Resolves with the port. */
  readonly open: () => Promise<number>;
  readonly close: () => Promise<void>;
}

function portOf(server: Server): number {
  const isAddress = (address: AddressInfo | string | null): address is AddressInfo => typeof address === 'object';
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

/** Returns the listener of `METRICS_ADDRESS`: `GET /metrics`, and nothing else. It is never on the port that people reach. */
export function createMetricsListener(
  { host, port }: ListenAddress,
  { render, contentType }: Rendered,
): MetricsListener {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: 72_000 },
    (request, response) => {
      const path = request.url?.split('?')[0];
      if (path !== '/metrics') return void response.writeHead(404).end();
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return void response.writeHead(405, { allow: 'GET' }).end();
      render().then(
        (text) => response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text),
        () => response.writeHead(500).end(),
      );
    },
  );
  return {
    open: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host }, () => {
          server.off('error', reject);
          resolve(portOf(server));
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A scraper keeps its connection for the next time.
        server.closeAllConnections();
      }),
  };
}
