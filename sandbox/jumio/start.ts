import type { FastifyInstance } from 'fastify';
import { tick } from './execution/execution.ts';
import { buildApp } from './server.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from './settings.ts';
import { createSandbox, type Sandbox, type Surroundings } from './state.ts';

const TICK_MS = 250;

export interface JumioSandboxOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** Prefix of every link; by default the address that the sandbox listens on. */
  readonly publicUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The settings at the start and after every reset. */
  readonly settings?: Partial<Settings>;
  readonly surroundings?: Surroundings;
}

export interface JumioSandbox {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Jumio sandbox. Everything else is done over HTTP, by its control channel. */
export async function startJumioSandbox(options: JumioSandboxOptions = {}): Promise<JumioSandbox> {
  const sandbox = createSandbox(settingsOf(options), options.surroundings);
  const app = await buildApp(sandbox);
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  sandbox.publicUrl = (options.publicUrl ?? url).replace(/\/+$/, '');
  // Between requests too, so that the end of a link is reported without a request.
  const timer = setInterval(() => tick(sandbox), TICK_MS);
  return { url, stop: () => stop(sandbox, app, timer) };
}

function settingsOf({
  clientId = 'sandbox',
  clientSecret = 'sandbox-secret',
  settings,
}: JumioSandboxOptions): Settings {
  const client = { clientId, clientSecret, permissions: ['initiate', 'retrieve'] };
  return settingsSchema.parse({ clients: [client], ...DEFAULT_SETTINGS, ...settings });
}

async function stop(sandbox: Sandbox, app: FastifyInstance, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  sandbox.epoch.abort();
  await app.close();
}
