import { onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type RunningService, type ServiceOptions, startService } from '../../../sandbox/stack/service.ts';
import { sqlite } from './databases.ts';
import { PROCESS_ENVIRONMENT } from './service.ts';

/** The service as a process with two listeners. */
export interface SplitProcess {
  /** Its `url` is that of the public listener. */
  readonly service: RunningService;
  readonly hooksPort: number;
  readonly databaseUrl: string;
}

/**
 * Starts the service with `HOOKS_PORT` until the test ends, with a ledger of its own.
 * @param env in addition to the configuration of tests
 */
export async function startSplitProcess(
  env: Readonly<Record<string, string>> = {},
  options: Pick<ServiceOptions, 'descriptors'> = {},
): Promise<SplitProcess> {
  const databaseUrl = await sqlite.fresh();
  const hooksPort = await freePort();
  const listeners = { PORT: String(await freePort()), HOOKS_PORT: String(hooksPort), HOST: '127.0.0.1' };
  const service = await startService({
    env: { ...PROCESS_ENVIRONMENT, ...listeners, DATABASE_URL: databaseUrl, ...env },
    ...options,
  });
  onTestFinished(() => service.kill());
  return { service, hooksPort, databaseUrl };
}
