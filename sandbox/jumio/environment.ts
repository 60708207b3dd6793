import { z } from 'zod';
import { parseLifetime } from './settings.ts';
import type { JumioSandboxOptions } from './start.ts';

const environmentSchema = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  SANDBOX_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SANDBOX_CLIENT_ID: z.string().min(1).default('sandbox'),
  SANDBOX_CLIENT_SECRET: z.string().min(1).default('sandbox-secret'),
  SANDBOX_LINK_LIFETIME: z
    .string()
    .refine((text) => parseLifetime(text) !== undefined, 'expected such as 30m, from 5m to 60d')
    .default('30m'),
  SANDBOX_PROCESSING_SECONDS: z.coerce.number().nonnegative().default(0),
  SANDBOX_CALLBACK_URL: z.url({ protocol: /^https?$/ }).optional(),
});

type Options = Required<Omit<JumioSandboxOptions, 'publicUrl' | 'surroundings'>> &
  Pick<JumioSandboxOptions, 'publicUrl'>;

/** The sandbox's options from environment variables; an empty one counts as absent. Throws a ZodError that names every invalid one. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Options {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const variables = environmentSchema.parse(given);
  return {
    port: variables.SANDBOX_PORT,
    host: variables.SANDBOX_HOST,
    ...(variables.SANDBOX_PUBLIC_URL === undefined ? {} : { publicUrl: variables.SANDBOX_PUBLIC_URL }),
    clientId: variables.SANDBOX_CLIENT_ID,
    clientSecret: variables.SANDBOX_CLIENT_SECRET,
    settings: {
      linkLifetime: variables.SANDBOX_LINK_LIFETIME,
      processingSeconds: variables.SANDBOX_PROCESSING_SECONDS,
      callbackUrl: variables.SANDBOX_CALLBACK_URL ?? null,
    },
  };
}
