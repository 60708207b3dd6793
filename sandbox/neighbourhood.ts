import './loopback-names.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from './app/start.ts';
import { startJumioSandbox } from './jumio/start.ts';
import { freePort } from './kratos/ports.ts';
import { type KratosOptions, type RunningKratos, startKratos } from './kratos/start.ts';
import { type RunningService, startService } from './service.ts';

const WEBHOOK_SECRET = 'demo-webhook-secret-0001';

export interface NeighbourhoodOptions {
  readonly kratos?: Partial<KratosOptions>;
  /** On top of the service's configuration. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

/** The service between its two neighbours, and an application: everything on this machine, on three host names. */
export interface Neighbourhood {
  readonly kratos: RunningKratos;
  readonly jumioUrl: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
  /** The ledger's file. */
  readonly ledger: string;
  readonly env: Readonly<Record<string, string>>;
  service(): RunningService;
  /** Starts the service again, on the ledger that is there. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

function configuration(port: number, urls: Record<'kratos' | 'admin' | 'jumio' | 'app' | 'verify', string>, folder: string) {
  return {
    ORY_WEBHOOK_SECRET: WEBHOOK_SECRET,
    KRATOS_ADMIN_URL: urls.admin,
    KRATOS_PUBLIC_URL: urls.kratos,
    JUMIO_AUTH_URL: `${urls.jumio}/oauth2/token`,
    JUMIO_API_BASE_URL: urls.jumio,
    JUMIO_CLIENT_ID: 'sandbox',
    JUMIO_CLIENT_SECRET: 'sandbox-secret',
    JUMIO_CALLBACK_SECRET: 'demo-callback-secret-0001',
    PUBLIC_URL: urls.verify,
    ALLOWED_RETURN_URLS: urls.app,
    DEFAULT_RETURN_URL: `${urls.app}/`,
    DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}`,
    PORT: String(port),
    HOST: '127.0.0.1',
  };
}

/** Starts everything; whatever was started is stopped again where a later part fails. */
export async function startNeighbourhood(options: NeighbourhoodOptions = {}): Promise<Neighbourhood> {
  const folder = await mkdtemp(join(tmpdir(), 'kratos-jumio-'));
  const started: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    return await startAll(options, folder, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  options: NeighbourhoodOptions,
  folder: string,
  started: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Neighbourhood> {
  const [appPort, port] = [await freePort(), await freePort()];
  const [appUrl, verifyUrl] = [`http://app.demo.localhost:${appPort}`, `http://verify.demo.localhost:${port}`];
  const jumio = await startJumioSandbox();
  started.push(() => jumio.stop());
  const hooks = { serviceUrl: `http://127.0.0.1:${port}`, webhookSecret: WEBHOOK_SECRET };
  const kratos = await startKratos({ ...hooks, verifyUrl, uiUrl: appUrl, ...options.kratos });
  started.push(() => kratos.stop());
  const app = await startApp({ port: appPort, kratosUrl: kratos.publicUrl, appUrl, verifyUrl });
  started.push(() => app.stop());
  const urls = { kratos: kratos.publicUrl, admin: kratos.adminUrl, jumio: jumio.url, app: appUrl, verify: verifyUrl };
  const env = { ...configuration(port, urls, folder), ...options.env };
  const serve = () => startService({ env, ...(options.onLog ? { onLog: options.onLog } : {}) });
  let service = await serve();
  started.push(() => service.stop());
  return {
    kratos,
    jumioUrl: jumio.url,
    appUrl,
    verifyUrl,
    ledger: join(folder, 'ledger.sqlite'),
    env,
    service: () => service,
    restart: async () => {
      await service.stop();
      service = await serve();
    },
    stop,
  };
}
