import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { KratosOptions } from '../options.ts';

/** ory-actions.yaml as an operator would have it for these options: the shipped text with its placeholders filled. */
export function filledActions(options: KratosOptions): string {
  const text = options.actions ?? readShippedActions();
  const variant = options.variant === 'base64' ? toBase64Actions(text, readShippedTemplate) : text;
  const filled = variant
    .replaceAll('<SERVICE_URL>', options.serviceUrl)
    .replaceAll('<PUBLIC_URL>', options.verifyUrl)
    .replaceAll('<ORY_WEBHOOK_SECRET>', options.webhookSecret)
    .replaceAll('<JSONNET_DIR>', JSONNET_DIR);
  return options.gate === false ? withoutGate(filled) : filled;
}

const flows = z.object({ selfservice: z.object({ flows: z.record(z.string(), z.unknown()) }) });

/** Leaves out the flows of the gate, so that a bench can compare sign-ins with and without it. */
function withoutGate(actions: string): string {
  const { registration } = flows.parse(parse(actions)).selfservice.flows;
  return stringify({ selfservice: { flows: { registration } } });
}

/** The folder of the Jsonnet templates that an operator gives to Kratos. */
export const JSONNET_DIR = fileURLToPath(new URL('../../../jsonnet', import.meta.url));

/** The text of the ory-actions.yaml that is shipped, placeholders unfilled. */
export function readShippedActions(): string {
  return readFileSync(new URL('../../../ory-actions.yaml', import.meta.url), 'utf8');
}

/** The bytes of one of the shipped templates, by its file name. */
export function readShippedTemplate(fileName: string): Uint8Array {
  return readFileSync(join(JSONNET_DIR, fileName));
}

/**
 * The variant of ory-actions.yaml for Ory Network, which reads no files: each template travels inside its `body`.
 * Works on the text, so that the comments stay; only the line about the folder of the templates is dropped.
 */
export function toBase64Actions(actions: string, readTemplate: (fileName: string) => Uint8Array): string {
  return actions
    .replace(/^# *<JSONNET_DIR>.*\n/m, '')
    .replace(/file:\/\/<JSONNET_DIR>\/(\S+)/g, (_, fileName: string) => {
      return `base64://${Buffer.from(readTemplate(fileName)).toString('base64')}`;
    });
}
