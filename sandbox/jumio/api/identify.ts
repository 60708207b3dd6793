import { z } from 'zod';
import type { Sandbox } from '../sandbox.ts';
import type { CallRecord } from './call.ts';

const referencesSchema = z.object({
  customerInternalReference: z.coerce.string().nullable().catch(null),
  userReference: z.string().nullable().catch(null),
});

/** Notes whom a call is about: by the ids in its path, by the references in its body. */
export function identify(sandbox: Sandbox, record: CallRecord, params: Record<string, string>, text: string): void {
  const execution = sandbox.executions.get(params.executionId ?? '');
  record.accountId = params.accountId ?? execution?.accountId ?? null;
  record.executionId = params.executionId ?? null;
  const references = execution ?? referencesIn(text);
  record.customerInternalReference = references?.customerInternalReference ?? null;
  record.userReference = references?.userReference ?? null;
}

function referencesIn(text: string): z.infer<typeof referencesSchema> | undefined {
  const body = parseJson(text);
  return referencesSchema.safeParse(body).data;
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
