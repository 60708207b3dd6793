import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  broken,
  brokenDoorList,
  circles,
  crowded,
  LARGEST_FOLDER,
  moduleOf,
  partOf,
  rowsNamed,
  strayNormalize,
} from '../../support/repository/architecture.ts';
import { importsOf, loadedAtOnce, type Module, modulesBelow, reached } from '../../support/repository/modules.ts';

/** The modules below a folder that load a module of webhook/, directly or through others. */
const webhook = modulesBelow('webhook');

const outside = modulesBelow('sandbox', 'test');

const all = [...webhook, ...outside];

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The modules below a folder that load something of webhook/, also through others. */
function reachingIn(folder: string, among: readonly Module[]): string[] {
  return among
    .filter(({ path }) => path.startsWith(folder))
    .flatMap((module) => {
      const found = [...reached(module, among)].filter((to) => to.startsWith('webhook/'));
      return found.length === 0 ? [] : [`${module.path} reaches ${found[0]}`];
    });
}

/** The names of types that several modules define. */
function doubleTypes(sources: readonly string[]): string[] {
  const names = sources.flatMap((source) =>
    [...source.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm)].map(([, name = '']) => name),
  );
  return names.filter((name, index) => names.indexOf(name) !== index);
}

describe('the layout of docs/development.md', () => {
  it('no type name is defined twice in webhook/', () => {
    expect(doubleTypes(webhook.map(({ path }) => read(path)))).toEqual([]);
    expect(doubleTypes(['type Rule = 1;', 'export interface Rule {}', 'class Other {}'])).toEqual(['Rule']);
  });

  it('every module of webhook/ keeps the layout: parts, doors and floors', () => {
    for (const part of ['http', 'verification', 'ledger', 'jumio', 'kratos'])
      expect(webhook.filter(({ path }) => partOf(path) === part).length, part).toBeGreaterThan(4);
    expect(webhook.flatMap(broken)).toEqual([]);
  });

  it('no module is part of a circle of imports, types included', () => {
    expect(circles(webhook)).toEqual([]);
    expect(circles(outside)).toEqual([]);
  });

  it('every module of verification/ has a door that is a list of names', () => {
    const doors = webhook.filter(({ path }) => path.endsWith('/index.ts'));
    expect(doors.flatMap(({ path }) => moduleOf(path) ?? []).sort()).toEqual([
      'eid',
      'execution',
      'gate',
      'operator',
      'person',
      'policy',
      'publication',
      'record',
    ]);
    expect(doors.flatMap(({ path }) => brokenDoorList(path, read(path)))).toEqual([]);
  });

  it('http/ names no row of the ledger', () => {
    expect(webhook.flatMap(({ path }) => rowsNamed(path, read(path)))).toEqual([]);
  });

  it(`no folder of webhook/ or sandbox/ has more than ${LARGEST_FOLDER} files`, () => {
    const sandbox = outside.filter(({ path }) => path.startsWith('sandbox/'));
    expect(crowded([...webhook, ...sandbox].map(({ path }) => path))).toEqual([]);
  });

  it('the service loads of payments only tables and the parser of their configuration before it knows that there are any', () => {
    const all = loadedAtOnce(webhook);
    const server = all.find(({ path }) => path === 'webhook/server.ts');
    const loaded = server === undefined ? [] : [...reached(server, all)];
    expect(loaded.length).toBeGreaterThan(100);
    expect(
      loaded.filter((path) => /^webhook\/(?:http\/)?(?:transactions|signing|passkey)\//.test(path)).sort(),
    ).toEqual(['webhook/transactions/members.ts', 'webhook/transactions/model.ts', 'webhook/transactions/settings.ts']);
  });

  it('the service loads nothing of metrics before it knows that somebody reads them', () => {
    const all = loadedAtOnce(webhook);
    const server = all.find(({ path }) => path === 'webhook/server.ts');
    const loaded = server === undefined ? [] : [...reached(server, all)];
    expect(loaded.length).toBeGreaterThan(100);
    expect(loaded.filter((path) => path.startsWith('webhook/metrics/'))).toEqual([]);
    const importers = webhook.filter(({ imports }) => imports.some(({ to }) => to === 'prom-client'));
    expect(importers.map(({ path }) => path)).toEqual(['webhook/metrics/registry.ts']);
  });

  it('only the ledger normalises a record', () => {
    expect(webhook.flatMap(({ path }) => strayNormalize(path, read(path)))).toEqual([]);
  });

  it('the sandbox and the end-to-end tests import nothing of webhook/', () => {
    expect(outside.some(({ path }) => path.startsWith('sandbox/jumio/'))).toBe(true);
    expect([...reachingIn('sandbox/', all), ...reachingIn('test/e2e/', all)]).toEqual([]);
  });

  it('the sandbox imports nothing of the tests', () => {
    const loads = outside
      .filter(({ path }) => path.startsWith('sandbox/'))
      .flatMap(({ path, imports }) =>
        imports.filter(({ to }) => to.startsWith('test/')).map(({ to }) => `${path} imports ${to}`),
      );
    expect(loads).toEqual([]);
  });

  it('webhook/ imports only packages that are installed in production', () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const packages = webhook.flatMap(({ path, imports }) =>
      imports.filter(({ to }) => !to.startsWith('webhook/') && !to.startsWith('node:')).map(({ to }) => ({ path, to })),
    );
    expect(packages.filter(({ to }) => !(to in dependencies))).toEqual([]);
  });
});

describe('the check of the layout', () => {
  function planted(path: string, source: string): string[] {
    return broken({ path, imports: importsOf(path, source) });
  }

  it.each([
    ['webhook/http/pages/routes.ts', `import { openLedger } from '../../ledger/ledger.ts';`],
    ['webhook/http/pages/routes.ts', `import { createJumioClient } from '../../jumio/client.ts';`],
    ['webhook/http/pages/routes.ts', `import type { Started } from '../../jumio/types.ts';`],
    ['webhook/http/health.ts', `import type { Ledger } from '../ledger/ledger.ts';`],
    ['webhook/http/pages/routes.ts', `import { sql } from 'kysely';`],
    ['webhook/verification/execution/outcome.ts', `import { toResult } from '../../jumio/result.ts';`],
    [
      'webhook/verification/execution/outcome.ts',
      `import { z } from 'zod';\nimport {\n  type A,\n  b,\n} from '../../ledger/rows.ts';`,
    ],
    ['webhook/verification/execution/outcome.ts', `export { render } from '../../http/pages/render.ts';`],
    ['webhook/verification/execution/outcome.ts', `import type { Page } from '../../http/pages/page.ts';`],
    ['webhook/verification/execution/outcome.ts', `const page = await import('../../http/pages/page.ts');`],
    ['webhook/jumio/client.ts', `import { IdentityApi } from '@ory/client';`],
    ['webhook/jumio/client.ts', `import { statusOf } from '../verification/record/index.ts';`],
    ['webhook/jumio/client.ts', `import type { Ledger } from '../ledger/ledger.ts';`],
    ['webhook/ledger/rows.ts', `import '../kratos/client.ts';`],
    ['webhook/ledger/rows.ts', `import { send } from '../upstream/http.ts';`],
    ['webhook/kratos/client.ts', `import axios from 'axios/lib/axios.js';`],
    ['webhook/errors.ts', `import { parseConfig } from './config/config.ts';`],
    ['webhook/model.ts', `import type { Problem } from './config/problem.ts';`],
    ['webhook/upstream/health.ts', `import type { JumioClient } from '../jumio/types.ts';`],
    ['webhook/doctor/facts.ts', `import { openLedger } from '../ledger/ledger.ts';`],
    ['webhook/app.ts', `import { start } from '../sandbox/jumio/start.ts';`],
    ['webhook/app.ts', `import { NOW } from '../test/support/builders/history.ts';`],
    ['webhook/drawer/things.ts', ''],
    ['webhook/transactions/consume.ts', `import { openLedger } from '../ledger/ledger.ts';`],
    ['webhook/transactions/approval.ts', `import { SignJWT } from 'jose';`],
    [
      'webhook/transactions/passkey/factor.ts',
      `import { verifyAuthenticationResponse } from '@simplewebauthn/server';`,
    ],
    ['webhook/transactions/passkey/factor.ts', `import { verifyAssertion } from '../../passkey/verify.ts';`],
    ['webhook/passkey/verify.ts', `import type { Passkey } from '../kratos/types.ts';`],
    ['webhook/verification/gate/check.ts', `import { stateAsOf } from '../../transactions/index.ts';`],
    ['webhook/ledger/rows.ts', `import { stateAsOf } from '../transactions/index.ts';`],
    ['webhook/http/transactions/routes.ts', `import { createSigningKeys } from '../../signing/index.ts';`],
  ])('the layout check finds an import across parts in %s: %s', (path, source) => {
    expect(planted(path, source)).toHaveLength(1);
  });

  it.each([
    ['webhook/http/session.ts', `import type { Person } from '../verification/person/person.ts';`],
    ['webhook/cli/output.ts', `import { statusOf } from '../verification/record/standing.ts';`],
    ['webhook/verification/worker.ts', `import { publish } from './publication/publish.ts';`],
    ['webhook/verification/gate/heal.ts', `import { handleSignUp } from '../person/sign-up.ts';`],
    ['webhook/http/transactions/routes.ts', `import { stateAsOf } from '../../transactions/states.ts';`],
    ['webhook/transactions/consume.ts', `import type { SigningKeys } from '../signing/keys.ts';`],
  ])('the layout check finds an import past a door in %s: %s', (path, source) => {
    expect(planted(path, source)).toEqual([expect.stringContaining('beside its door')]);
  });

  it.each([
    ['webhook/verification/record/standing.ts', `import { ruleFor } from '../policy/index.ts';`],
    ['webhook/verification/policy/rules.ts', `import type { Context } from '../context.ts';`],
    ['webhook/verification/publication/state.ts', `import { readExecution } from '../execution/index.ts';`],
    ['webhook/verification/execution/read.ts', `import type { Finding } from '../eid/index.ts';`],
    ['webhook/verification/person/view.ts', `import { createWorker } from '../worker.ts';`],
    ['webhook/verification/gate/heal.ts', `import { actOn } from '../operator/index.ts';`],
    ['webhook/verification/stray.ts', `import { statusOf } from './record/index.ts';`],
    ['webhook/verification/match-job.ts', `import { jobs } from './jobs.ts';`],
  ])('the layout check finds an import of a floor that is not below in %s: %s', (path, source) => {
    expect(planted(path, source)).toHaveLength(1);
  });

  it.each([
    [
      'webhook/http/pages/routes.ts',
      `import { view } from '../../verification/person/index.ts';\nimport { z } from 'zod';`,
    ],
    ['webhook/http/hooks/validate.ts', `import { blockMessage } from '../../kratos/messages.ts';`],
    ['webhook/verification/execution/outcome.ts', `import type { JumioResult } from '../../jumio/result.ts';`],
    [
      'webhook/verification/gate/heal.ts',
      `import { begin } from '../person/index.ts';\nimport { a } from './check.ts';`,
    ],
    ['webhook/verification/match-job.ts', `import { publishNow } from './publication/index.ts';`],
    ['webhook/config/values.ts', `import type { Problem } from './problem.ts';`],
    ['webhook/config/documents.ts', `import { transactionSettings } from '../transactions/settings.ts';`],
    ['webhook/http/transactions/routes.ts', `import { viewOf } from '../../transactions/index.ts';`],
    ['webhook/errors.ts', `// import { a } from './http/html.ts';\n/** import { b } from './http/html.ts' */`],
  ])('the layout check accepts %s: %s', (path, source) => {
    expect(planted(path, source)).toEqual([]);
  });

  it.each([`export * from './publish.ts';`, `export const LIMIT = 3;`, `import { a } from './a.ts';\nexport { a };`])(
    'the layout check finds a door that is more than a list: %s',
    (source) => {
      expect(brokenDoorList('webhook/verification/publication/index.ts', source)).toHaveLength(1);
    },
  );

  it('the layout check finds a row of the ledger that http/ names', () => {
    const source = `import type { Status, Verification } from '../../model.ts';`;
    expect(rowsNamed('webhook/http/api/answers.ts', source)).toEqual([
      'webhook/http/api/answers.ts names the row Verification',
    ]);
    expect(rowsNamed('webhook/verification/person/view.ts', source)).toEqual([]);
    expect(rowsNamed('webhook/http/api/answers.ts', `import type { Status } from '../../model.ts';`)).toEqual([]);
  });

  it.each([
    `import { normalize } from './normalize.ts';`,
    `import { normalize as end } from '../record/index.ts';`,
    `return record.normalize(changed, now) ?? normalize(changed, now);`,
  ])('the layout check finds a record that is normalised outside of the ledger: %s', (source) => {
    expect(strayNormalize('webhook/verification/execution/outcome.ts', source)).toHaveLength(1);
    expect(strayNormalize('webhook/ledger/rows.ts', source)).toEqual([]);
    expect(strayNormalize('webhook/http/return-to.ts', `// normalize\nname.normalize('NFC');`)).toEqual([]);
  });

  it('the layout check finds a circle, also one of types', () => {
    const a = { path: 'webhook/a.ts', imports: importsOf('webhook/a.ts', `import type { B } from './b.ts';`) };
    const b = { path: 'webhook/b.ts', imports: importsOf('webhook/b.ts', `import { c } from './c.ts';`) };
    const c = { path: 'webhook/c.ts', imports: importsOf('webhook/c.ts', `import { a } from './a.ts';`) };
    expect(circles([a, b, c])).toEqual([['webhook/a.ts', 'webhook/b.ts', 'webhook/c.ts']]);
    expect(circles([a, b])).toEqual([]);
  });

  it('the layout check finds a folder with too many files', () => {
    const paths = Array.from({ length: LARGEST_FOLDER + 1 }, (_, index) => `webhook/http/file-${index}.ts`);
    expect(crowded(paths)).toEqual([`webhook/http: ${LARGEST_FOLDER + 1} files`]);
    expect(crowded(paths.slice(1))).toEqual([]);
  });

  it('the layout check finds an import through other modules', () => {
    const e2e = { path: 'test/e2e/a.test.ts', imports: importsOf('test/e2e/a.test.ts', `import '../support/b.ts';`) };
    const support = {
      path: 'test/support/b.ts',
      imports: importsOf('test/support/b.ts', `import '../../webhook/app.ts';`),
    };
    expect(reachingIn('test/e2e/', [e2e, support])).toEqual(['test/e2e/a.test.ts reaches webhook/app.ts']);
  });
});
