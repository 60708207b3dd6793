import { z } from 'zod';

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

/** jumio.md §3.4: an optional object whose location is not optional. */
export const userConsentSchema = z.object({
  userIp: z.string().min(1).optional(),
  userLocation,
  consent: consent.optional(),
});
