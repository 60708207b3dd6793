import { z } from 'zod';

const limit = z.strictObject({ perSecond: z.number().positive(), burst: z.int().positive() });

const limits = z.strictObject({
  token: limit.optional(),
  accounts: limit.optional(),
  retrieval: limit.optional(),
});

const client = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  permissions: z.array(z.enum(['initiate', 'retrieve'])),
});

/** The settings of the tenant's portal, and the points on which Jumio's documentation says nothing. See README.md. */
export const settingsSchema = z.strictObject({
  clients: z.array(client),
  requireUserAgent: z.boolean(),
  rateLimits: z.union([z.enum(['off', 'documented']), limits]),
  bearerLifetimeSeconds: z.number().positive(),
  bearerRenewSeconds: z.number().nonnegative(),
  relaxedLocalUrls: z.boolean(),
  domainPrefix: z.boolean(),
  customWorkflowKeys: z.array(z.string()),
  linkLifetime: z.string().refine((text) => parseLifetime(text) !== undefined, 'expected 5m to 60d'),
  callbackUrl: z.string().nullable(),
  successUrl: z.string().nullable(),
  errorUrl: z.string().nullable(),
  processingSeconds: z.number().nonnegative(),
  authenticationWithoutFace: z.enum(['refuse', 'not-executed']),
  retrievalShowsAcquisitionStarted: z.boolean(),
  expiredDecision: z.enum(['NOT_EXECUTED', 'REJECTED']),
  extractedData: z.enum(['full', 'empty', 'not-available']),
  intermediateCallbacks: z.boolean(),
  longCallbackHref: z.boolean(),
  callbackTimeoutMs: z.int().positive(),
  callbackRetries: z.int().nonnegative(),
  callbackRetryMs: z.int().nonnegative(),
  health: z.enum(['UP', 'DEGRADED', 'DOWN']),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The settings that a sandbox starts with, without its clients. */
export const DEFAULT_SETTINGS: Omit<Settings, 'clients'> = {
  requireUserAgent: true,
  rateLimits: 'off',
  bearerLifetimeSeconds: 3600,
  bearerRenewSeconds: 60,
  relaxedLocalUrls: true,
  domainPrefix: true,
  customWorkflowKeys: [],
  linkLifetime: '30m',
  callbackUrl: null,
  successUrl: null,
  errorUrl: null,
  processingSeconds: 0,
  authenticationWithoutFace: 'refuse',
  retrievalShowsAcquisitionStarted: true,
  expiredDecision: 'NOT_EXECUTED',
  extractedData: 'full',
  intermediateCallbacks: false,
  longCallbackHref: false,
  callbackTimeoutMs: 10_000,
  callbackRetries: 0,
  callbackRetryMs: 1000,
  health: 'UP',
};

const GRAMMAR = /^([+-]?\d+)([smhd]{1})$/;

const UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const SHORTEST = 5 * 60_000;

const LONGEST = 60 * 86_400_000;

/** Milliseconds of a `tokenLifetime` such as `30m`; undefined outside Jumio's grammar or its 5m to 60d. */
export function parseLifetime(text: string): number | undefined {
  const [, amount, unit = ''] = GRAMMAR.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT[unit] ?? Number.NaN);
  return milliseconds >= SHORTEST && milliseconds <= LONGEST ? milliseconds : undefined;
}
