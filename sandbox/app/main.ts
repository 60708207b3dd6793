import '../stack/preload/loopback.ts';
import { ZodError, z } from 'zod';
import { startApp } from './server.ts';

const url = (otherwise: string) =>
  z
    .url({ protocol: /^https?$/ })
    .default(otherwise)
    .transform((text) => text.replace(/\/+$/, ''));

/** The addresses of Kratos' quickstart, and of `init --jumio sandbox`. */
const environment = z.object({
  APP_PORT: z.coerce.number().int().min(1).max(65_535).default(4455),
  KRATOS_PUBLIC_URL: url('http://127.0.0.1:4433'),
  KRATOS_ADMIN_URL: url('http://127.0.0.1:4434'),
  PUBLIC_URL: url('http://127.0.0.1:3000'),
  JUMIO_API_BASE_URL: url('http://127.0.0.1:4010'),
});

/** `npm run app`: the demo's application for a Kratos of your own, in the place of Kratos' self-service UI. */
async function main(): Promise<void> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const { APP_PORT: port, ...urls } = environment.parse(given);
  const appUrl = `http://127.0.0.1:${port}`;
  const app = await startApp({
    port,
    appUrl,
    kratosUrl: urls.KRATOS_PUBLIC_URL,
    kratosAdminUrl: urls.KRATOS_ADMIN_URL,
    verifyUrl: urls.PUBLIC_URL,
    jumioUrl: urls.JUMIO_API_BASE_URL,
  });
  console.log(`An application to sign up at, for the Kratos at ${urls.KRATOS_PUBLIC_URL}: ${appUrl}/`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
