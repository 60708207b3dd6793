import './preload/loopback.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../app/server.ts';
import { startJumioSandbox } from '../jumio/start.ts';
import { freePort } from '../kratos/real/ports.ts';
import { type KratosOptions, type RunningKratos, startKratos } from '../kratos/start.ts';
import { jumioControl } from '../scenarios/jumio-control.ts';
import { configuration, WEBHOOK_SECRET } from './config.ts';
import { type KeptService, keepService, type RunningService } from './service.ts';

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
  /** The service's whole configuration. */
  readonly env: Readonly<Record<string, string>>;
  service(): RunningService;
  /** Stops the service where it runs, and starts it again on the ledger that is there. */
  restart(): Promise<void>;
  /** The same, and the ledger is gone. */
  restartWithoutLedger(): Promise<void>;
  /** Stops Kratos, does something meanwhile, and starts it again with what it had stored: a real one only. */
  withoutKratos(meanwhile: () => Promise<unknown>): Promise<void>;
  /** Moves the clocks of the service and of Jumio forward. Seconds. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** What is to be undone at the end, the last first. */
type Started = (() => Promise<unknown>)[];

/** Starts everything; whatever was started is stopped again where a later part fails. */
export async function startNeighbourhood(options: NeighbourhoodOptions = {}): Promise<Neighbourhood> {
  const started: Started = [];
  const stop = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startAll(options, started)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(options: NeighbourhoodOptions, started: Started): Promise<Omit<Neighbourhood, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'kratos-jumio-'));
  started.push(() => rm(folder, { recursive: true, force: true }));
  const [appPort, port] = [await freePort(), await freePort()];
  const [appUrl, verifyUrl] = [`http://app.demo.localhost:${appPort}`, `http://verify.demo.localhost:${port}`];
  const jumio = await startJumioSandbox();
  started.push(() => jumio.stop());
  const hooks = { serviceUrl: `http://127.0.0.1:${port}`, webhookSecret: WEBHOOK_SECRET };
  const place = { verifyUrl, uiUrl: appUrl, dataDir: join(folder, 'kratos') };
  const { kratos, withoutKratos } = await keepKratos({ ...hooks, ...place, ...options.kratos }, started);
  const urls = { kratosUrl: kratos.publicUrl, kratosAdminUrl: kratos.adminUrl, jumioUrl: jumio.url, appUrl, verifyUrl };
  const app = await startApp({ ...urls, port: appPort });
  started.push(() => app.stop());
  const env = { ...configuration({ ...urls, port, ledger: join(folder, 'ledger', 'ledger.sqlite') }), ...options.env };
  const service = await keepService({ env, ...(options.onLog ? { onLog: options.onLog } : {}) });
  started.push(() => service.stop());
  return {
    kratos,
    jumioUrl: jumio.url,
    appUrl,
    verifyUrl,
    env,
    withoutKratos,
    ...controls(service, jumio.url, join(folder, 'ledger')),
  };
}

function controls(service: KeptService, jumioUrl: string, ledger: string) {
  return {
    service: () => service.current(),
    restart: () => service.restart(),
    restartWithoutLedger: () => service.restart(() => rm(ledger, { recursive: true })),
    advance: async (seconds: number) => {
      // Jumio's first: a service that is ahead of it for a moment may look in that moment, and next when that is due.
      await jumioControl(jumioUrl).advance(seconds);
      await service.advance(seconds);
    },
  };
}

async function keepKratos(options: KratosOptions, started: Started) {
  let kratos = await startKratos(options);
  started.push(() => kratos.stop());
  const { ports } = kratos;
  const withoutKratos = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    if (kratos.kind === 'stand-in') throw new Error('the stand-in forgets everything when it stops');
    await kratos.stop();
    await meanwhile();
    kratos = await startKratos({ ...options, ports });
  };
  return { kratos, withoutKratos };
}
