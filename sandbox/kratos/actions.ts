import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { toBase64Actions } from './actions-base64.ts';
import type { KratosOptions } from './options.ts';
import { JSONNET_DIR, readShippedActions, readShippedTemplate } from './shipped.ts';

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
