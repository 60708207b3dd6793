import '../stack/preload/loopback.ts';
import { ZodError, z } from 'zod';
import { readEnvironment } from './environment.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { startTwilioSandbox } from './start.ts';

/** `npm run sandbox:twilio`: a Twilio Verify for an operator's staging. Prints the variables for the service's `.env`. */
async function main(): Promise<void> {
  const sandbox = await startTwilioSandbox(readEnvironment(process.env));
  console.log(`A Twilio sandbox is listening on ${sandbox.url}. Put this into the service's .env:

TWILIO_API_KEY=${DEFAULT_SETTINGS.apiKey}
TWILIO_API_SECRET=${DEFAULT_SETTINGS.apiSecret}
TWILIO_VERIFY_SERVICE=${DEFAULT_SETTINGS.serviceSid}
TWILIO_VERIFY_URL=${sandbox.url}

The phones, with their messages: ${sandbox.url}/
Control channel: ${sandbox.url}/control (sandbox/twilio/README.md). It has no authentication: keep it off the internet.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
