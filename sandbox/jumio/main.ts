import '../stack/preload/loopback.ts';
import { ZodError, z } from 'zod';
import { readEnvironment } from './environment.ts';
import { startJumioSandbox } from './start.ts';

/** `npm run sandbox`: a Jumio for an operator's staging. Prints the variables for the service's `.env`. */
async function main(): Promise<void> {
  const options = readEnvironment(process.env);
  const sandbox = await startJumioSandbox(options);
  const base = options.publicUrl?.replace(/\/+$/, '') ?? sandbox.url;
  console.log(`A Jumio sandbox is listening on ${sandbox.url}. The service's .env has this, by \`init --jumio sandbox\`; else put it there:

JUMIO_AUTH_URL=${base}/oauth2/token
JUMIO_API_BASE_URL=${base}
JUMIO_CLIENT_ID=${options.clientId}
JUMIO_CLIENT_SECRET=${options.clientSecret}

Control page: ${sandbox.url}/
Control channel: ${sandbox.url}/sandbox (sandbox/jumio/README.md). It has no authentication: keep it off the internet.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
