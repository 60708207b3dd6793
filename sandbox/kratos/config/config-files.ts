import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KratosOptions, Ports } from '../options.ts';
import { realConfig } from '../real/config.ts';
import { filledActions } from './actions.ts';

/** Writes Kratos' configuration as two files, as an operator may: the base configuration, and the filled ory-actions.yaml. */
export async function writeConfigFiles(
  options: KratosOptions,
  ports: Ports,
  folder: string,
  version: string,
): Promise<[string, string]> {
  await mkdir(folder, { recursive: true });
  const [base, actions] = [join(folder, 'kratos.yaml'), join(folder, 'ory-actions.yaml')];
  await writeFile(base, stringify(realConfig(options, ports, join(folder, 'kratos.sqlite'), version)));
  await writeFile(actions, filledActions(options));
  return [base, actions];
}
