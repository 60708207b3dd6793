import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { type Document, parse } from 'yaml';
import type { Config } from '../../config/config.ts';
import { refusedAfterSignUp } from '../../doctor/checks/verified-first.ts';
import { UnreadableConfig } from '../../doctor/kratos-config/read.ts';
import type { NewFile } from '../files.ts';
import { filledActions, shippedTemplates } from './actions.ts';
import { repairBrowserFlow } from './browser-flow.ts';
import type { ListOptions } from './lists.ts';
import { refuseLoss } from './loss.ts';
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
  /** Hooks that were removed, because they are older ones of this service: one line for each list. */
  readonly replaced: readonly string[];
  /** What is wrong and was not changed: the operator must decide it. One line each. */
  readonly open: readonly string[];
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

/** Lines are never folded: a base64 text is one. A file that Kratos reads as JSON is written as JSON. */
function textOf(document: Document, out: string): string {
  if (extname(out) === '.json') return `${JSON.stringify(treeOf(document), null, 2)}\n`;
  return document.toString({ lineWidth: 0 });
}

/** Whether, and why, a sign-up gives no session. */
type SessionRule = { readonly session: true } | { readonly session: false; readonly because: string };

/** A session at sign-up is one that a policy may forbid (docs/verified-first.md). */
function sessionRule(service: Config, { session }: KratosFileOptions): SessionRule {
  if (!session) return { session: false, because: 'as --no-session asks' };
  const refused = refusedAfterSignUp(service);
  if (refused.length === 0) return { session: true };
  return { session: false, because: `because the policy refuses people whose status is ${refused.join(' or ')}` };
}

/** The operator's own configuration with the hooks in it. @throws UnreadableConfig where more than that would change */
async function merged(
  actions: Document,
  path: string,
  out: string,
  service: Config,
  rule: SessionRule,
  options: ListOptions,
): Promise<Omit<KratosFiles, 'files'> & { readonly text: string }> {
  const result = mergeActions(await readText(path), path, treeOf(actions), options);
  const repairs = repairBrowserFlow(result.document, service);
  const text = textOf(result.document, out);
  const operations = [...result.operations, ...repairs.operations];
  refuseLoss(result.before, parse(text, { merge: true, maxAliasCount: -1 }), operations, path);
  const because = rule.session ? '' : rule.because;
  const removed = result.withoutSession.map((list) => `${list}: \`session\` is removed, ${because}`);
  const left = rule.session || removed.length > 0 ? [] : [`\`session\` is in no list of the sign-up, ${because}`];
  const added = result.withSession.map(
    (list) =>
      `${list}: \`session\` is added, because no hook ran there: a sign-up signs in (--no-session leaves it out)`,
  );
  const { kept, replaced } = result;
  return { text, kept, replaced, changed: [...removed, ...left, ...added, ...repairs.changed], open: repairs.open };
}

function alone(actions: Document, out: string, rule: SessionRule) {
  const changed = rule.session ? [] : [`\`session\` is in no list of the sign-up, ${rule.because}`];
  return { text: textOf(actions, out), kept: [], replaced: [], changed, open: [] };
}

/**
 * Returns the configuration of Kratos with the hooks of this service, and its templates. Writes nothing.
 * @throws UnreadableConfig where the operator's file cannot be used
 */
export async function makeKratosFiles(
  service: Config,
  publicUrl: string,
  options: KratosFileOptions,
): Promise<KratosFiles> {
  const { out, serviceUrl, merge, templateFolder, inline } = options;
  const folder = join(dirname(resolve(out)), 'jsonnet');
  const secrets = service.ORY_WEBHOOK_SECRET;
  const bodies = inline ? undefined : (templateFolder ?? folder);
  const { origin } = new URL(publicUrl);
  const values = { serviceUrl, publicUrl: origin, webhookSecret: secrets[0] ?? '', templateFolder: bodies };
  const rule = sessionRule(service, options);
  const actions = filledActions(values, rule);
  const origins = [new URL(serviceUrl).origin, origin];
  const listOptions = { session: rule.session, origins, secrets };
  const { text, ...said } =
    merge === undefined ? alone(actions, out, rule) : await merged(actions, merge, out, service, rule, listOptions);
  const templates = shippedTemplates().map((template) => ({
    path: join(folder, template.name),
    text: template.text,
    holdsSecret: false,
  }));
  return { files: [{ path: out, text, holdsSecret: true }, ...(inline ? [] : templates)], ...said };
}
