import './preload/loopback.ts';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startApp } from '../app/server.ts';
import { startJumioSandbox } from '../jumio/start.ts';
import { send } from '../kratos/client/loopback.ts';
import { withPayers } from '../kratos/config/payers.ts';
import { merged } from '../kratos/real/config.ts';
import { freePort } from '../kratos/real/ports.ts';
import { type KratosOptions, type RunningKratos, startKratos } from '../kratos/start.ts';
import { jumioControl } from '../scenarios/jumio-control.ts';
import { twilioControl } from '../scenarios/twilio-control.ts';
import { startTwilioSandbox } from '../twilio/start.ts';
import { configuration, WEBHOOK_SECRET } from './config.ts';
import { BANK, paymentVariables, returnUrl } from './payments.ts';
import { type RestartableService, type RunningService, startRestartableService } from './service.ts';

export interface StackOptions {
  readonly kratos?: Partial<KratosOptions>;
  /** Added to the service's configuration. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
  /** Where application, service, Jumio and Twilio listen; by default on free ports. */
  readonly ports?: { readonly app: number; readonly verify: number; readonly jumio: number; readonly twilio: number };
  /** Whether the bank's payments are approved by those who pay them, with a Twilio for the codes; by default not. */
  readonly payments?: boolean;
}

/** The service, Kratos, Jumio and an application, all on this machine; browsers reach them on three host names. */
export interface Stack {
  readonly kratos: RunningKratos;
  readonly jumioUrl: string;
  /** Only in a stack with payments. */
  readonly twilioUrl?: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
  /** The service's whole configuration. */
  readonly env: Readonly<Record<string, string>>;
  service(): RunningService;
  /** Stops the service if it runs, and starts it again with the same ledger. */
  restart(): Promise<void>;
  /** Stops the service if it runs, and starts it again with an empty ledger. */
  restartWithoutLedger(): Promise<void>;
  /** Stops Kratos, runs `meanwhile`, and starts Kratos again with its data; the real one only. */
  withoutKratos(meanwhile: () => Promise<unknown>): Promise<void>;
  /** Shifts the clocks of the service, of Jumio and of Twilio forward. Seconds. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

async function someFreePorts() {
  return { app: await freePort(), verify: await freePort(), jumio: await freePort(), twilio: await freePort() };
}

const identity = z.object({ traits: z.object({ email: z.string() }) });

/** The e-mail address of an identity; undefined where Kratos has none. */
async function emailOf(adminUrl: string, id: string): Promise<string | undefined> {
  const answer = await send({ method: 'GET', url: `${adminUrl}/admin/identities/${encodeURIComponent(id)}` });
  return answer.status === 200 ? identity.parse(answer.json()).traits.email : undefined;
}

/** How each started part is stopped; the last started is stopped first. */
type Started = (() => Promise<unknown>)[];

/** Starts everything. Where a part fails to start, the parts before it are stopped again. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
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

async function startAll(options: StackOptions, started: Started): Promise<Omit<Stack, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'kratos-jumio-'));
  started.push(() => rm(folder, { recursive: true, force: true }));
  const { app: appPort, verify: port, jumio: jumioPort, twilio: twilioPort } = options.ports ?? (await someFreePorts());
  const [appUrl, verifyUrl] = [`http://app.demo.localhost:${appPort}`, `http://verify.demo.localhost:${port}`];
  const known = { adminUrl: '' };
  const surroundings = { nameOf: (id: string) => emailOf(known.adminUrl, id), home: `${verifyUrl}/jumio/verify` };
  const jumio = await startJumioSandbox({ port: jumioPort, surroundings });
  started.push(() => jumio.stop());
  const hooks = { serviceUrl: `http://127.0.0.1:${port}`, webhookSecret: WEBHOOK_SECRET };
  const pages = { verifyUrl, uiUrl: appUrl, dataDir: join(folder, 'kratos') };
  const twilio = options.payments ? await startTwilioSandbox({ port: twilioPort }) : undefined;
  if (twilio !== undefined) started.push(() => twilio.stop());
  const more = twilio === undefined ? {} : { more: merged(withPayers(appUrl), options.kratos?.more ?? {}) };
  const kratosOptions = { ...hooks, ...pages, ...options.kratos, ...more };
  const { kratos, withoutKratos } = await startRestartableKratos(kratosOptions, started);
  known.adminUrl = kratos.adminUrl;
  const urls = { kratosUrl: kratos.publicUrl, kratosAdminUrl: kratos.adminUrl, jumioUrl: jumio.url, appUrl, verifyUrl };
  const hasPasskeys = kratos.kind === 'real';
  const payments = twilio && { twilioUrl: twilio.url, hasPasskeys, client: BANK, returnUrl: returnUrl(appUrl) };
  const { eventSecret, ...told } = await eventsTo(appPort, folder);
  const app = await startApp({ ...urls, port: appPort, eventSecret, ...(payments && { payments }) });
  started.push(() => app.stop());
  const ledger = join(folder, 'ledger', 'ledger.sqlite');
  const variables = payments === undefined ? {} : paymentVariables({ ...payments, appUrl });
  const env = { ...configuration({ ...urls, port, ledger }), ...told, ...variables, ...options.env };
  const service = await startRestartableService({ env, ...(options.onLog ? { onLog: options.onLog } : {}) });
  started.push(() => service.stop());
  return {
    kratos,
    jumioUrl: jumio.url,
    ...(twilio && { twilioUrl: twilio.url }),
    appUrl,
    verifyUrl,
    env,
    withoutKratos,
    ...controls(service, { jumioUrl: jumio.url, twilioUrl: twilio?.url }, join(folder, 'ledger')),
  };
}

/** The bank is told of changes by signed requests: the secret of them, and the variable of the service. */
async function eventsTo(port: number, folder: string): Promise<{ eventSecret: string; WEBHOOKS: string }> {
  const eventSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const path = join(folder, 'bank-events');
  await writeFile(path, eventSecret, { mode: 0o600 });
  const bank = { name: 'bank', url: `http://127.0.0.1:${port}/events`, secret_files: [path] };
  return { eventSecret, WEBHOOKS: JSON.stringify({ endpoints: [bank] }) };
}

interface Vendors {
  readonly jumioUrl: string;
  readonly twilioUrl: string | undefined;
}

function controls(service: RestartableService, { jumioUrl, twilioUrl }: Vendors, ledger: string) {
  return {
    service: () => service.current(),
    restart: () => service.restart(),
    restartWithoutLedger: () => service.restart(() => rm(ledger, { recursive: true })),
    advance: async (seconds: number) => {
      // Jumio's first: a service whose clock is ahead may read Jumio too early, and again only at the next due time.
      await jumioControl(jumioUrl).advance(seconds);
      if (twilioUrl !== undefined) await twilioControl(twilioUrl).advance(seconds);
      await service.advance(seconds);
    },
  };
}

async function startRestartableKratos(options: KratosOptions, started: Started) {
  let kratos = await startKratos(options);
  started.push(() => kratos.stop());
  const { ports } = kratos;
  const withoutKratos = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    if (kratos.kind === 'stand-in') throw new Error('the stand-in loses its data when it stops');
    await kratos.stop();
    await meanwhile();
    kratos = await startKratos({ ...options, ports });
  };
  return { kratos, withoutKratos };
}
