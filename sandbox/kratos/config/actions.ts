import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { KratosOptions } from '../options.ts';

/** ory-actions.yaml for these options: the shipped text with its placeholders filled, as an operator does. */
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

/** Removes the flows of the gate, so that a benchmark can compare sign-ins with and without it. */
function withoutGate(actions: string): string {
  const { registration } = flows.parse(parse(actions)).selfservice.flows;
  return stringify({ selfservice: { flows: { registration } } });
}

/** The folder of the shipped Jsonnet templates. */
export const JSONNET_DIR = fileURLToPath(new URL('../../../jsonnet', import.meta.url));

/** The text of the shipped ory-actions.yaml, with its placeholders. */
export function readShippedActions(): string {
  return readFileSync(new URL('../../../ory-actions.yaml', import.meta.url), 'utf8');
}

/** The bytes of a shipped template, by its file name. */
export function readShippedTemplate(fileName: string): Uint8Array {
  return readFileSync(join(JSONNET_DIR, fileName));
}

/**
 * The variant of ory-actions.yaml for Ory Network, which reads no files: each template is inside its `body`.
 * It changes the text, so the comments stay; only the comment about the folder of the templates is removed.
 */
export function toBase64Actions(actions: string, readTemplate: (fileName: string) => Uint8Array): string {
  return actions
    .replace(/^# *<JSONNET_DIR>.*\n/m, '')
    .replace(/file:\/\/<JSONNET_DIR>\/(\S+)/g, (_, fileName: string) => {
      return `base64://${Buffer.from(readTemplate(fileName)).toString('base64')}`;
    });
}
