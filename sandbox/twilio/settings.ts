import { z } from 'zod';

/** The settings of the account and its service, and the points on which Twilio's documents say nothing. See README.md. */
export const settingsSchema = z.strictObject({
  apiKey: z.string().min(1),
  apiSecret: z.string().min(1),
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/),
  serviceSid: z.string().regex(/^VA[0-9a-f]{32}$/),
  friendlyName: z.string().min(1),
  codeLength: z.int().min(4).max(10),
  codeLifetimeSeconds: z.int().min(120).max(86_400),
  psd2Enabled: z.boolean(),
  amountWithoutPsd2: z.enum(['ignore', 'refuse']),
  mismatch: z.enum(['pending', 'not-found']),
  shownDetails: z.enum(['null', 'echo']),
  checkStatus: z.union([z.literal(200), z.literal(201)]),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The settings that a sandbox starts with. Ids and secrets are of a sandbox, and open nothing. */
export const DEFAULT_SETTINGS: Settings = {
  apiKey: 'SK5a4db0c5a4db0c5a4db0c5a4db0c5a4d',
  apiSecret: 'sandbox-secret-of-the-api-key',
  accountSid: 'AC5a4db0c5a4db0c5a4db0c5a4db0c5a4d',
  serviceSid: 'VA5a4db0c5a4db0c5a4db0c5a4db0c5a4d',
  friendlyName: 'Demo Bank',
  codeLength: 6,
  codeLifetimeSeconds: 600,
  psd2Enabled: true,
  amountWithoutPsd2: 'ignore',
  mismatch: 'pending',
  shownDetails: 'null',
  checkStatus: 200,
};
