import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, parseDocument, visit } from 'yaml';

/** The values for the placeholders of ory-actions.yaml. */
export interface ActionValues {
  /** This service as Kratos reaches it, without a slash at the end. */
  readonly serviceUrl: string;
  /** This service as a browser reaches it, without a slash at the end. */
  readonly publicUrl: string;
  readonly webhookSecret: string;
  /** The folder of the templates on Kratos' machine; undefined: their texts go into the configuration, as Ory Network needs it. */
  readonly templateFolder: string | undefined;
}

const shipped = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The names of the templates that ory-actions.yaml names, each once. */
const NAMES = ['assurance.jsonnet', 'initiate.jsonnet', 'validate.jsonnet', 'validate-recovery.jsonnet'] as const;

/** Returns the shipped templates, by their file names. */
export function shippedTemplates(): { readonly name: string; readonly text: string }[] {
  return NAMES.map((name) => ({ name, text: shipped(`jsonnet/${name}`) }));
}

function bodyFor(file: string, { templateFolder }: ActionValues): string {
  if (templateFolder !== undefined) return `file://${templateFolder}/${file}`;
  return `base64://${Buffer.from(shipped(`jsonnet/${file}`)).toString('base64')}`;
}

function filled(text: string, values: ActionValues): string {
  // Functions, because a `$` in a secret would be a pattern.
  return text
    .replace('<SERVICE_URL>', () => values.serviceUrl)
    .replace('<PUBLIC_URL>', () => values.publicUrl)
    .replace('<ORY_WEBHOOK_SECRET>', () => values.webhookSecret)
    .replace(/^file:\/\/<JSONNET_DIR>\/(.*)$/, (_, file: string) => bodyFor(file, values));
}

const HEAD = ` The hooks that join Ory Kratos to this service, a part of Kratos' configuration. Written by \`kratos-config\`.
 It holds the secret of the hooks: only Kratos and its operator may read it.
 A method's list replaces the list \`after.hooks\`, it is never added to it: so every method repeats the hook. Hooks
 of your own go into these lists too. Leave no method out: its people would be neither verified nor gated.`;

/**
 * Returns ory-actions.yaml with its placeholders filled in: value by value, so that no character of a secret is YAML.
 * @param session false: no sign-up gives a session at once
 */
export function filledActions(values: ActionValues, { session }: { readonly session: boolean }): Document {
  const document = parseDocument(shipped('ory-actions.yaml'), { merge: true });
  document.commentBefore = HEAD;
  visit(document, (_, node) => {
    if (!session && isMap(node) && node.get('hook') === 'session') return visit.REMOVE;
    if (isScalar(node) && typeof node.value === 'string') node.value = filled(node.value, values);
    return undefined;
  });
  return document;
}
