import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { EidClient } from './client.ts';
import { type DiscoverySeen, judgeProvider } from './judge.ts';
import type { EidProviders } from './providers.ts';

async function seenOf(client: EidClient, id: string): Promise<DiscoverySeen> {
  try {
    return { document: await client.discover(id) };
  } catch (error) {
    return { failure: error instanceof UpstreamError ? error.message : 'it could not be read' };
  }
}

export interface StartCheck {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

/** Asks each eID provider once what it says of itself, and logs a line for everything that is wrong. Never rejects. */
export async function tellOfProviders({ client, providers }: StartCheck, log: Logger): Promise<void> {
  const look = async ([id, provider]: [string, EidProviders[string]]): Promise<void> => {
    for (const { severity, seen, why, remedy } of judgeProvider(provider, await seenOf(client, id)))
      log[severity === 'error' ? 'error' : 'warn'](`eID provider ${id}: ${seen}. ${why} Remedy: ${remedy}`);
  };
  await Promise.all(Object.entries(providers).map(look));
}
