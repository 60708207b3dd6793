import { isIP } from 'node:net';
import { z } from 'zod';
import { SCREENING, workflowOf } from '../execution/workflows.ts';
import { parseLifetime, type Settings } from '../settings.ts';

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

// A maximum of 5 characters was documented once; newer locales such as `sr-Latn` are longer.
const locale = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'expected such as en or pt-BR');

const consent = z
  .object({
    obtained: z.enum(['yes', 'no', 'na']),
    obtainedAt: z.iso.datetime({ precision: 3 }).optional(),
  })
  .refine(({ obtained, obtainedAt }) => obtained !== 'yes' || obtainedAt !== undefined, {
    path: ['obtainedAt'],
    message: 'expected with "yes"',
  });

const userLocation = z
  .object({ country: z.string().length(3), state: z.string().min(1).max(100).optional() })
  .refine(({ country, state }) => country !== 'USA' || state !== undefined, {
    path: ['state'],
    message: 'expected with USA',
  });

/** docs/reference/jumio.md#34-userconsent: an optional object whose location is not optional. */
const userConsentSchema = z.object({
  userIp: z.string().min(1).optional(),
  userLocation,
  consent: consent.optional(),
});

/** The body of POST and PUT (docs/reference/jumio.md#32-request-fields) for a tenant. Unknown fields are accepted. */
function requestSchema({ relaxedLocalUrls, customWorkflowKeys }: Settings) {
  const url = z.string().superRefine((text, context) => {
    const message = urlError(text, relaxedLocalUrls);
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

export type AccountRequest = z.infer<ReturnType<typeof requestSchema>>;

/** Reads a request body. Returns a text where it is invalid; the text names fields and repeats no value. */
export function readAccountRequest(body: unknown, settings: Settings): AccountRequest | string {
  const { success, data, error } = requestSchema(settings).safeParse(body);
  if (!success) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const screening = data.workflowDefinition.key === SCREENING;
  return screening && data.userReference === undefined ? 'userReference: expected with this workflow' : data;
}

/** Names that Jumio itself puts into a redirect (docs/reference/jumio.md#35-url-rules, docs/reference/jumio.md#5-web-client-redirect). */
const RESERVED = [
  'accountId',
  'workflowExecutionId',
  'acquisitionStatus',
  'customerInternalReference',
  'errorCode',
  'transactionStatus',
  'transactionReference',
];

/** The reason why Jumio refuses a URL; undefined for a valid one. `relaxed` allows local URLs: http, ports, IP addresses. */
function urlError(text: string, relaxed: boolean): string | undefined {
  if (text.length === 0 || text.length > 255) return 'expected 1 to 255 characters';
  if (!URL.canParse(text)) return 'expected an absolute URL';
  const url = new URL(text);
  return generalUrlError(text, url) ?? (relaxed ? undefined : publicUrlError(text, url));
}

function generalUrlError(text: string, url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'expected https';
  if (text.includes('#')) return 'a fragment is not allowed';
  if (url.username || url.password) return 'login data is not allowed';
  return RESERVED.some((name) => url.searchParams.has(name)) ? 'a reserved query parameter is not allowed' : undefined;
}

function publicUrlError(text: string, url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'expected https';
  if (/[^\x21-\x7e]/.test(text)) return 'expected ASCII or punycode';
  if (/^https:\/\/[^/?]*:\d+(?:[/?]|$)/i.test(text)) return 'a port is not allowed';
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) ? 'an IP address is not allowed' : undefined;
}
