import { z } from 'zod';
import type { Settings } from './settings.ts';

const environmentSchema = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(4020),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  SANDBOX_NAME: z.string().min(1).default('Demo Bank'),
  SANDBOX_CODE_LENGTH: z.coerce.number().int().min(4).max(10).default(6),
});

interface Options {
  readonly port: number;
  readonly host: string;
  readonly settings: Partial<Settings>;
}

/** The sandbox's options from environment variables; an empty one counts as absent. Throws a ZodError that names every invalid one. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Options {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const variables = environmentSchema.parse(given);
  return {
    port: variables.SANDBOX_PORT,
    host: variables.SANDBOX_HOST,
    settings: { friendlyName: variables.SANDBOX_NAME, codeLength: variables.SANDBOX_CODE_LENGTH },
  };
}
