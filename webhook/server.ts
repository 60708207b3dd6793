import closeWithGrace from 'close-with-grace';
import { unsaidOnPages } from './config/checks.ts';
import { type Config, parseConfig } from './config/config.ts';
import { addEnvFiles, type EnvFiles, sayEnvFiles, sayHidden } from './config/env-files.ts';
import { ConfigError } from './config/problem.ts';
import { createDependencies, type Dependencies } from './dependencies.ts';
import { logProviderProblems } from './eid/provider-check.ts';
import { buildListeners } from './listeners.ts';
import { createLogDestination } from './log-destination.ts';
import { createLogger } from './logging.ts';
import type { ProcessMetrics, ServedMetrics } from './metrics/index.ts';
import { PROGRAM, VERSION } from './version.ts';

/** Longer than one step (a call of 10 s and its commit), so that a running step is not interrupted. */
const SHUTDOWN_MS = 20_000;

/** The configuration, and the files that it was read from. */
interface Read {
  readonly config: Config;
  readonly files: EnvFiles;
}

function readConfig(): Read | undefined {
  let sources = '';
  try {
    // The process' own environment, because HTTPS_PROXY and its like are read from there.
    const files = addEnvFiles(process.env);
    sources = [sayEnvFiles(files), ...sayHidden(files), ''].join('\n');
    return { config: parseConfig(process.env), files };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The configuration is not usable:\n${error.message}\n${sources}`);
    process.exitCode = 1;
    return undefined;
  }
}

function logGate({ gate, policy, log }: Dependencies['ctx']): void {
  log.info(`gate: policy ${policy.hash}, ON_FAILURE is ${gate.onFailure}`);
  if (gate.mode === 'shadow') log.warn('GATE_MODE is shadow: no sign-in is refused, whatever the policy says');
}

/** Nothing is refused for it: the person finds out, and so should the operator. */
function logUnsaid(config: Config, logger: Dependencies['logger']): void {
  for (const { name, unsaid } of unsaidOnPages(config))
    logger.warn(`${name} is not set: the pages do not say ${unsaid}`);
}

function logStart({ config, ctx, logger }: Dependencies, files: EnvFiles): void {
  logger.info(PROGRAM);
  logger.info(sayEnvFiles(files));
  for (const sentence of sayHidden(files)) logger.warn(sentence);
  logger.info({ ledger: ctx.ledger.origin }, `ledger ${ctx.ledger.origin}`);
  logGate(ctx);
  if (config.KRATOS_PUBLIC_URL === undefined)
    logger.warn('KRATOS_PUBLIC_URL is not set: the pages are off, /jumio/verify and /jumio/status answer 404');
  if (config.PUBLIC_URL === undefined)
    logger.warn('PUBLIC_URL is not set: the callback and return URLs are those of the Jumio portal');
  logUnsaid(config, logger);
}

/** Stops in phases: no new requests on any listener, then running steps end, then the ledger is closed. A second signal exits at once. */
function stopOnSignal(dependencies: Dependencies, close: () => Promise<unknown>, served?: ServedMetrics): void {
  const { logger, phase, worker, probing, ctx } = dependencies;
  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an unhandled error');
    logger.info({ signal }, 'stopping');
    phase.current = 'stopping';
    probing.stop();
    await close();
    await worker.stop();
    await served?.stop();
    await ctx.ledger.close();
    logger.info('stopped');
  });
}

/** The metrics of this process; undefined: nobody reads them, and their code is not loaded. */
async function metricsOf(config: Config): Promise<ProcessMetrics | undefined> {
  const { METRICS_ADDRESS: address } = config;
  if (address === undefined) return undefined;
  const { processMetrics } = await import('./metrics/index.ts');
  return processMetrics(config, address, VERSION);
}

async function serve({ config, files }: Read): Promise<void> {
  const log = createLogDestination(process.stdout);
  const logger = createLogger(config.LOG_LEVEL, log);
  const metrics = await metricsOf(config);
  const options = { logProblem: () => log.problem(), locks: true, observers: metrics?.observers };
  const dependencies = await createDependencies(config, logger, options);
  logStart(dependencies, files);
  const listeners = await buildListeners(dependencies);
  const served = metrics?.serve(dependencies);
  stopOnSignal(dependencies, listeners.close, served);
  await listeners.open();
  if (served !== undefined) logger.info(`metrics at port ${await served.start()}, /metrics`);
  dependencies.worker.start();
  dependencies.probing.start();
  dependencies.phase.current = 'ready';
  // Not awaited: a provider that is down must not delay the start.
  if (dependencies.ctx.eid !== undefined) void logProviderProblems(dependencies.ctx.eid, logger);
}

/** Starts the service, or prints its version. */
function main(): void {
  if (process.argv.includes('--version')) {
    process.stdout.write(`${PROGRAM}\n`);
    return;
  }
  const read = readConfig();
  if (read === undefined) return;
  serve(read).catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : 'unknown';
    process.stderr.write(`The service could not start: ${problem}\n`);
    process.exit(1);
  });
}

main();
