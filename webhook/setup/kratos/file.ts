import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Document } from 'yaml';
import type { Config } from '../../config/config.ts';
import { UnreadableConfig } from '../../doctor/kratos-config/read.ts';
import type { NewFile } from '../files.ts';
import { filledActions, shippedTemplates } from './actions.ts';
import { repairBrowserFlow } from './browser-flow.ts';
import { mergeActions, treeOf } from './merge.ts';

export interface KratosFileOptions {
  /** Where the file is written; the templates go into `jsonnet/` beside it. */
  readonly out: string;
  /** This service as Kratos reaches it, without a slash at the end. */
  readonly serviceUrl: string;
  /** Kratos' own configuration file, to be merged; undefined: the hooks alone. */
  readonly merge: string | undefined;
  /** The folder of the templates on Kratos' machine; undefined: the one beside the file. */
  readonly templateFolder: string | undefined;
  /** The templates go into the file itself. */
  readonly inline: boolean;
  /** Whether a sign-up gives a session at once, where the operator's file says nothing else. */
  readonly session: boolean;
}

/** The files for Kratos, and what is to be said about them. */
export interface KratosFiles {
  readonly files: readonly [NewFile, ...NewFile[]];
  /** Hooks of the operator that were kept, one line for each list. */
  readonly kept: readonly string[];
  /** Other things that were changed in the operator's configuration, one line each. */
  readonly changed: readonly string[];
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UnreadableConfig(
      `${path}: ${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'}`,
    );
  }
}

/** Lines are never folded: a base64 text is one. */
function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

async function mergedFile(actions: Document, path: string, service: Config, session: boolean) {
  const { document, kept, withoutSession } = mergeActions(await readText(path), path, treeOf(actions), { session });
  const removed = withoutSession.map((list) => `${list}: \`session\` is removed, as --no-session asks`);
  return { document, kept, changed: [...removed, ...repairBrowserFlow(document, service)] };
}

/**
 * Returns the configuration of Kratos with the hooks of this service, and its templates. Writes nothing.
 * @throws UnreadableConfig where the operator's file cannot be used
 */
export async function makeKratosFiles(
  service: Config,
  publicUrl: string,
  { out, serviceUrl, merge, templateFolder, inline, session }: KratosFileOptions,
): Promise<KratosFiles> {
  const folder = join(dirname(resolve(out)), 'jsonnet');
  const [webhookSecret = ''] = service.ORY_WEBHOOK_SECRET;
  const bodies = inline ? undefined : (templateFolder ?? folder);
  const values = { serviceUrl, publicUrl: new URL(publicUrl).origin, webhookSecret, templateFolder: bodies };
  const actions = filledActions(values, { session });
  const { document, kept, changed } =
    merge === undefined
      ? { document: actions, kept: [], changed: [] }
      : await mergedFile(actions, merge, service, session);
  const templates = shippedTemplates().map(({ name, text }) => ({
    path: join(folder, name),
    text,
    holdsSecret: false,
  }));
  const file = { path: out, text: textOf(document), holdsSecret: true };
  return { files: [file, ...(inline ? [] : templates)], kept, changed };
}
