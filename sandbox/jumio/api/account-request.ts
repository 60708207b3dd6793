import { z } from 'zod';
import { SCREENING, workflowOf } from '../execution/workflows.ts';
import { parseLifetime } from '../lifetime.ts';
import type { Settings } from '../settings.ts';
import { userConsentSchema } from './consent.ts';
import { urlFault } from './url-rules.ts';

const FORBIDDEN = /[<>"/;`%{}|]/;

const internalReference = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(
    z
      .string()
      .min(1)
      .max(100)
      .refine((text) => !FORBIDDEN.test(text), 'a forbidden character'),
  );

const lifetime = z.string().refine((text) => parseLifetime(text) !== undefined, 'expected such as 30m, 5m to 60d');

/** The body of POST and PUT (jumio.md §3.2) for a tenant. Fields that no document forbids are let pass. */
function requestSchema({ relaxedLocalUrls, customWorkflowKeys }: Settings) {
  const url = z.string().superRefine((text, context) => {
    const message = urlFault(text, relaxedLocalUrls);
    if (message) context.addIssue({ code: 'custom', message });
  });
  const key = z
    .union([z.number(), z.string()])
    .transform(String)
    .refine((text) => workflowOf(text, customWorkflowKeys) !== undefined, 'not a workflow of this tenant');
  return z.object({
    customerInternalReference: internalReference,
    userReference: z.string().min(1).max(100).optional(),
    reportingCriteria: z.string().min(1).max(255).optional(),
    callbackUrl: url.optional(),
    tokenLifetime: lifetime.optional(),
    web: z.object({ successUrl: url.optional(), errorUrl: url.optional(), locale: locale.optional() }).optional(),
    workflowDefinition: z.object({ key }),
    userConsent: userConsentSchema.optional(),
  });
}

// A maximum of 5 characters was documented once; newer locales such as `sr-Latn` are longer.
const locale = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'expected such as en or pt-BR');

export type AccountRequest = z.infer<ReturnType<typeof requestSchema>>;

/** Reads a request body; the text that says what is wrong with it names fields and repeats no value. */
export function readAccountRequest(body: unknown, settings: Settings): AccountRequest | string {
  const { success, data, error } = requestSchema(settings).safeParse(body);
  if (!success) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const screening = data.workflowDefinition.key === SCREENING;
  return screening && data.userReference === undefined ? 'userReference: expected with this workflow' : data;
}
