import { buildApp } from './server.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from './settings.ts';
import { createSandbox } from './state.ts';

export interface TwilioSandboxOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** The settings at the start and after every reset. */
  readonly settings?: Partial<Settings>;
}

export interface TwilioSandbox {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Twilio sandbox. Everything else is done over HTTP, by its control channel. */
export async function startTwilioSandbox(options: TwilioSandboxOptions = {}): Promise<TwilioSandbox> {
  const sandbox = createSandbox(settingsSchema.parse({ ...DEFAULT_SETTINGS, ...options.settings }));
  const app = await buildApp(sandbox);
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  sandbox.publicUrl = url;
  return { url, stop: () => app.close() };
}
