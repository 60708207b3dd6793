import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { broken, layerOf } from '../support/architecture.ts';
import { importsOf, type Module, modulesBelow, reached } from '../support/modules.ts';

const webhook = modulesBelow('webhook');
const outside = modulesBelow('sandbox', 'test');
const all = [...webhook, ...outside];

/** The modules below a folder that load something of webhook/, also through others. */
function reachingIn(folder: string, among: readonly Module[]): string[] {
  return among
    .filter(({ path }) => path.startsWith(folder))
    .flatMap((module) => {
      const found = [...reached(module, among)].filter((to) => to.startsWith('webhook/'));
      return found.length === 0 ? [] : [`${module.path} reaches ${found[0]}`];
    });
}

describe('the import table of the design', () => {
  it('is kept by every module of webhook/', () => {
    for (const layer of ['http', 'verification', 'ledger', 'jumio', 'kratos'])
      expect(webhook.filter(({ path }) => layerOf(path) === layer).length, layer).toBeGreaterThan(4);
    expect(webhook.flatMap(broken)).toEqual([]);
  });

  it('keeps the sandbox and the end-to-end tests ignorant of webhook/', () => {
    expect(outside.some(({ path }) => path.startsWith('sandbox/jumio/'))).toBe(true);
    expect([...reachingIn('sandbox/', all), ...reachingIn('test/e2e/', all)]).toEqual([]);
  });

  it('keeps the sandbox away from the tests', () => {
    const loads = outside
      .filter(({ path }) => path.startsWith('sandbox/'))
      .flatMap(({ path, imports }) =>
        imports.filter(({ to }) => to.startsWith('test/')).map(({ to }) => `${path} imports ${to}`),
      );
    expect(loads).toEqual([]);
  });

  it('lets webhook/ load only what is installed in production', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { dependencies } = z.object({ dependencies: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
    const packages = webhook.flatMap(({ path, imports }) =>
      imports.filter(({ to }) => !to.startsWith('webhook/') && !to.startsWith('node:')).map(({ to }) => ({ path, to })),
    );
    expect(packages.filter(({ to }) => !(to in dependencies))).toEqual([]);
  });
});

describe('the check itself', () => {
  function planted(path: string, source: string): string[] {
    return broken({ path, imports: importsOf(path, source) });
  }

  it.each([
    ['webhook/http/pages.ts', `import { openLedger } from '../ledger/ledger.ts';`],
    ['webhook/http/pages.ts', `import { createJumioClient } from '../jumio/client.ts';`],
    ['webhook/http/pages.ts', `import type { Start } from '../jumio/client.ts';`],
    ['webhook/http/pages.ts', `import { sql } from 'kysely';`],
    ['webhook/verification/decide.ts', `import { toResult } from '../jumio/result.ts';`],
    [
      'webhook/verification/decide.ts',
      `import { z } from 'zod';\nimport {\n  type A,\n  b,\n} from '../ledger/rows.ts';`,
    ],
    ['webhook/verification/decide.ts', `export { render } from '../http/html.ts';`],
    ['webhook/verification/decide.ts', `import type { Page } from '../http/html.ts';`],
    ['webhook/verification/decide.ts', `const html = await import('../http/html.ts');`],
    ['webhook/jumio/client.ts', `import { IdentityApi } from '@ory/client';`],
    ['webhook/jumio/client.ts', `import { standingOf } from '../verification/standing.ts';`],
    ['webhook/jumio/client.ts', `import type { Verdict } from '../ledger/types.ts';`],
    ['webhook/ledger/rows.ts', `import '../kratos/client.ts';`],
    ['webhook/ledger/rows.ts', `import { send } from '../upstream.ts';`],
    ['webhook/kratos/client.ts', `import axios from 'axios/lib/axios.js';`],
    ['webhook/errors.ts', `import { parseConfig } from './config.ts';`],
    ['webhook/watch.ts', `import { createJumioClient } from './jumio/client.ts';`],
    ['webhook/app.ts', `import { start } from '../sandbox/jumio/start.ts';`],
    ['webhook/app.ts', `import { NOW } from '../test/support/story.ts';`],
    ['webhook/drawer/things.ts', ''],
  ])('finds what is wrong in %s: %s', (path, source) => {
    expect(planted(path, source)).toHaveLength(1);
  });

  it.each([
    ['webhook/http/pages.ts', `import { goOn } from '../verification/hand-over.ts';\nimport { z } from 'zod';`],
    ['webhook/http/validate.ts', `import { blockMessage } from '../kratos/messages.ts';`],
    ['webhook/verification/decide.ts', `import type { JumioResult } from '../jumio/result.ts';`],
    ['webhook/config-values.ts', `import type { Problem } from './config.ts';`],
    ['webhook/errors.ts', `// import { a } from './http/html.ts';\n/** import { b } from './http/html.ts' */`],
  ])('leaves alone what is right in %s: %s', (path, source) => {
    expect(planted(path, source)).toEqual([]);
  });

  it('finds what is reached through others', () => {
    const e2e = { path: 'test/e2e/a.test.ts', imports: importsOf('test/e2e/a.test.ts', `import '../support/b.ts';`) };
    const support = {
      path: 'test/support/b.ts',
      imports: importsOf('test/support/b.ts', `import '../../webhook/app.ts';`),
    };
    expect(reachingIn('test/e2e/', [e2e, support])).toEqual(['test/e2e/a.test.ts reaches webhook/app.ts']);
  });
});
