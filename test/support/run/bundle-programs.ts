import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { PROGRAMS_VARIABLE } from '../../../sandbox/stack/program.ts';

/** What tests start as processes, and what these preload. */
const PROGRAMS = [
  'webhook/server',
  'webhook/cli/main',
  'sandbox/demo',
  'sandbox/app/main',
  'sandbox/jumio/main',
  'sandbox/twilio/main',
  'test/chaos/events/teller',
  'sandbox/stack/preload/clock',
  'sandbox/stack/preload/loopback',
];

/** Keeps the URL of each source file in its bundle: assets and templates are read relative to it. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup: (build) =>
    build.onLoad({ filter: /\/(webhook|sandbox)\/.*\.ts$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      return { loader: 'ts', contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url) };
    }),
};

/** Vitest's global setup: bundles the programs once, into a folder that the workers know by an inherited variable. */
export default async function setup(): Promise<() => void> {
  // Inside node_modules, where the packages that stay outside of the bundles are found.
  const folder = mkdtempSync(join(process.cwd(), 'node_modules/.programs-'));
  await build({
    entryPoints: PROGRAMS.map((program) => ({ in: `${program}.ts`, out: program })),
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    // libsql is native and pg-native optional; the others read files beside themselves.
    external: ['libsql', 'pg-native', '@arakoodev/jsonnet', 'oidc-provider', 'playwright-core'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [sourceUrls],
  });
  process.env[PROGRAMS_VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true });
}
