import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';

/** `npm run build`: compiles webhook/ to dist/ and client/ to dist/client/, and copies what the pages are made of besides. */
const at = (path) => new URL(path, import.meta.url);

// The compiler alone may be there without them, as a package of a package.
const needed = ['typescript', '@types/node', '@types/pg', '@types/negotiator', '@types/cli-progress'];
if (needed.some((name) => !existsSync(at(`node_modules/${name}`)))) {
  console.error('The build needs the development packages, which NODE_ENV=production leaves out: npm ci --include=dev');
  process.exit(1);
}

// A file that is gone from webhook/ must not stay in dist/.
rmSync(at('dist'), { recursive: true, force: true });

for (const project of ['tsconfig.build.json', 'tsconfig.client.json']) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

cpSync(at('webhook/http/pages/assets'), at('dist/http/pages/assets'), { recursive: true });
