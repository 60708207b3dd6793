import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { filledActions } from './actions.ts';
import { kratosEnvironment, versionOf } from './binary.ts';
import { launch } from './launch.ts';
import { addresses, type KratosOptions, type Ports, type RunningKratos } from './options.ts';
import { freePorts } from './ports.ts';
import { realConfig } from './real-config.ts';

const run = promisify(execFile);
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** Starts the real Kratos: SQLite in a folder, `--dev`, loopback only, no telemetry, no mail. */
export async function startReal(binary: string, options: KratosOptions): Promise<RunningKratos> {
  const version = await versionOf(binary);
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kratos-')));
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, 'kratos.log');
  const { ports, stop } = await serve({ binary, options, version, folder, logFile }, 3);
  return {
    kind: 'real',
    version,
    ...addresses(options, ports),
    logFile,
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

/** Tries again with other ports where a free one was taken before Kratos had it. */
async function serve(
  installation: Installation,
  attempts: number,
): Promise<{ ports: Ports; stop: () => Promise<void> }> {
  const { binary, options, version, logFile } = installation;
  const ports = options.ports ?? (await freePorts());
  const configFiles = await writeConfig(installation, ports);
  await run(binary, ['migrate', 'sql', '-e', '--yes', ...configFiles], {
    env: kratosEnvironment,
    maxBuffer: LONGEST_OUTPUT,
  });
  try {
    return { ports, stop: await launch(binary, configFiles, addresses(options, ports).adminUrl, logFile) };
  } catch (cause) {
    const log = await readFile(logFile, 'utf8');
    const taken = log.slice(-3000).includes('address already in use');
    if (taken && attempts > 1 && options.ports === undefined) return serve(installation, attempts - 1);
    throw new Error(`Kratos ${version} did not start. The end of its log:\n${log.slice(-3000)}`, { cause });
  }
}

/** Two files, as an operator may do it too: their own configuration, and ory-actions.yaml as it is shipped. */
async function writeConfig({ options, version, folder }: Installation, ports: Ports): Promise<string[]> {
  const [base, actions] = [join(folder, 'kratos.yaml'), join(folder, 'ory-actions.yaml')];
  await writeFile(base, stringify(realConfig(options, ports, join(folder, 'kratos.sqlite'), version)));
  await writeFile(actions, filledActions(options));
  return ['-c', base, '-c', actions];
}
