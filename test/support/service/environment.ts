import { type Config, parseConfig } from '../../../webhook/config/config.ts';
import { ConfigError, type ConfigProblem, type Environment } from '../../../webhook/config/problem.ts';

/** The minimum that the service starts with. */
export const MINIMAL: Environment = {
  ORY_WEBHOOK_SECRET: 'webhook-secret-1',
  KRATOS_ADMIN_URL: 'http://127.0.0.1:4434',
  JUMIO_AUTH_URL: 'https://auth.emea-1.jumio.ai/oauth2/token',
  JUMIO_API_BASE_URL: 'https://api.emea-1.jumio.ai/api/v1',
  JUMIO_CLIENT_ID: 'client',
  JUMIO_CLIENT_SECRET: 'client-secret',
  JUMIO_CALLBACK_SECRET: 'callback-secret1',
};

/** Codes by SMS, of a Twilio that nobody is. The secret is a canary. */
export const WITH_TWILIO = {
  TWILIO_API_KEY: `SK${'0a'.repeat(16)}`,
  TWILIO_API_SECRET: 'canary-of-the-twilio-secret',
  TWILIO_VERIFY_SERVICE: `VA${'0b'.repeat(16)}`,
  TWILIO_VERIFY_URL: 'http://127.0.0.1:9',
};

/** The minimal configuration with these changes. */
export function config(changes: Environment): Config {
  return parseConfig({ ...MINIMAL, ...changes });
}

/** The problems of the configuration with these changes. */
export function problems(changes: Environment): readonly ConfigProblem[] {
  try {
    config(changes);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The names of the invalid variables, sorted. */
export function wrongNames(changes: Environment): string[] {
  return problems(changes)
    .map(({ name }) => name)
    .sort();
}
