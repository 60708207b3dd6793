import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kratosEnvironment, versionOf } from './binary.ts';
import { writeConfigFiles } from './config-files.ts';
import { launch } from './launch.ts';
import { addresses, type KratosOptions, type Ports, type RunningKratos } from './options.ts';
import { freePorts } from './ports.ts';

const run = promisify(execFile);
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** Starts the real Kratos: SQLite in a folder, `--dev`, loopback only, no telemetry, no mail. */
export async function startReal(binary: string, options: KratosOptions): Promise<RunningKratos> {
  const version = await versionOf(binary);
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kratos-')));
  const logFile = join(folder, 'kratos.log');
  const installation = { binary, options, version, folder, logFile };
  const serving = await serve(installation, 3);
  const { ports } = serving;
  let { configFiles, stop } = serving;
  return {
    kind: 'real',
    version,
    ...addresses(options, ports),
    logFile,
    get configFiles() {
      return configFiles;
    },
    async reconfigure(actions) {
      await stop();
      const changed = { ...installation, options: { ...options, ports, actions } };
      ({ configFiles, stop } = await serve(changed, 1, false));
    },
    async stop() {
      await stop();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Installation {
  readonly binary: string;
  readonly options: KratosOptions;
  readonly version: string;
  readonly folder: string;
  readonly logFile: string;
}

interface Serving {
  readonly ports: Ports;
  readonly configFiles: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Tries again with other ports where a free one was taken before Kratos had it. */
async function serve(installation: Installation, attempts: number, isNew = true): Promise<Serving> {
  const { binary, options, version, folder, logFile } = installation;
  const ports = options.ports ?? (await freePorts());
  const configFiles = await writeConfigFiles(options, ports, folder, version);
  const flags = configFiles.flatMap((file) => ['-c', file]);
  if (isNew)
    await run(binary, ['migrate', 'sql', '-e', '--yes', ...flags], {
      env: kratosEnvironment,
      maxBuffer: LONGEST_OUTPUT,
    });
  try {
    const stop = await launch(binary, flags, addresses(options, ports).adminUrl, logFile);
    return { ports, configFiles, stop };
  } catch (cause) {
    const log = await readFile(logFile, 'utf8');
    const taken = log.slice(-3000).includes('address already in use');
    if (taken && attempts > 1 && options.ports === undefined) return serve(installation, attempts - 1);
    throw new Error(`Kratos ${version} did not start. The end of its log:\n${log.slice(-3000)}`, { cause });
  }
}
