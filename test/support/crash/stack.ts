import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { onTestFinished, vi } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type RunningService, startService } from '../../../sandbox/stack/service.ts';
import { CANARIES } from '../logs/canaries.ts';
import { captureLogs } from '../logs/capture.ts';
import { queryFile, sqlite } from '../service/databases.ts';
import { type CrashUpstreams, startCrashUpstreams } from './upstreams.ts';

const WAIT = { timeout: 30_000, interval: 20 };

/** One person, both upstreams, and the service as a separate process, which may be killed at any moment. */
export interface CrashStack extends CrashUpstreams {
  readonly identityId: string;
  /** Starts the service on the ledger of this stack, its clock so many seconds ahead. */
  start(aheadSeconds: number): Promise<RunningService>;
  /** Calls the hook of Kratos; returns the status of the response, undefined without one. */
  signUp(service: RunningService): Promise<number | undefined>;
  /** Sends the callback of Jumio for the latest execution; returns the status of the response. */
  callback(service: RunningService): Promise<number | undefined>;
  /** Queries the file of the ledger from outside. */
  ledger(query: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The bytes of the files of the ledger: what any query could find, and what was deleted and not overwritten. */
  ledgerBytes(): string;
}

/** Waits up to 30 s until an assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, WAIT);
}

/** Waits until the process has exited. */
export function untilExit({ process: child }: RunningService): Promise<void> {
  return eventually(() => {
    if (child.exitCode === null && child.signalCode === null) throw new Error('the process is still running');
  });
}

async function post(url: string, body: object, headers: Record<string, string>): Promise<number | undefined> {
  const message = { method: 'POST', url, headers: { 'content-type': 'application/json', ...headers } };
  try {
    return (await send({ ...message, body: JSON.stringify(body) })).status;
  } catch {
    return undefined;
  }
}

function environment({ jumioUrl, kratosUrl }: CrashUpstreams, databaseUrl: string): Record<string, string> {
  return {
    ORY_WEBHOOK_SECRET: CANARIES.webhookSecret,
    KRATOS_ADMIN_URL: kratosUrl,
    JUMIO_AUTH_URL: `${jumioUrl}/oauth2/token`,
    JUMIO_API_BASE_URL: jumioUrl,
    JUMIO_CLIENT_ID: 'client',
    JUMIO_CLIENT_SECRET: CANARIES.clientSecret,
    JUMIO_CALLBACK_SECRET: CANARIES.callbackSecret,
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
  };
}

type Variables = Readonly<Record<string, string>>;

/**
 * Starts the upstreams and opens an empty ledger; the service is not running yet.
 * @param extra variables in addition to the service’s configuration
 */
export async function startCrashStack(
  extra: Variables | ((upstreams: CrashUpstreams) => Variables) = {},
): Promise<CrashStack> {
  const upstreams = await startCrashUpstreams();
  const added = typeof extra === 'function' ? extra(upstreams) : extra;
  const databaseUrl = await sqlite.fresh();
  const identityId = randomUUID();
  const logs = captureLogs();
  const start = async (ahead: number): Promise<RunningService> => {
    const env = { ...environment(upstreams, databaseUrl), ...added, PORT: String(await freePort()) };
    const service = await startService({ env, ahead, onLog: (line) => logs.write(`${line}\n`) });
    onTestFinished(() => service.kill());
    return service;
  };
  return {
    ...upstreams,
    identityId,
    start,
    signUp: ({ url }) =>
      post(`${url}/jumio/initiate`, { kratos_identity_id: identityId }, { 'x-webhook-secret': CANARIES.webhookSecret }),
    callback: ({ url }) => {
      const { executionId, reference } = upstreams.executions.at(-1) ?? { executionId: '', reference: '' };
      const workflowExecution = { id: executionId, status: 'PROCESSED' };
      return post(`${url}/jumio/callback`, { userReference: reference, workflowExecution }, {});
    },
    ledger: async (query) => queryFile(databaseUrl, query),
    ledgerBytes: () => {
      const path = databaseUrl.slice('file:'.length);
      const files = ['', '-wal', '-journal'].map((end) => `${path}${end}`);
      return files.map((file) => (existsSync(file) ? readFileSync(file, 'latin1') : '')).join('');
    },
  };
}
