import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));

function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].sort();
}

/** The variables that docs/configuration.md documents: the names in the first column of its table. */
function documentedVariables(): string[] {
  const table = /## Variables\n([\s\S]*?)\n## /.exec(read('docs/configuration.md'))?.[1] ?? '';
  const firstCells = table.split('\n').map((row) => /^\|([^|]*)\|/.exec(row)?.[1] ?? '');
  return all(firstCells.join('\n'), /`([A-Z][A-Z0-9_]+)`/g);
}

describe('README.md', () => {
  test('README.md and docs/ name no command that package.json lacks', () => {
    const pages = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
    const texts = ['README.md', ...pages.map((page) => `docs/${page}`)].map(read);
    const named = all(texts.join('\n'), /npm run (?:-s )?([a-z0-9:-]+)/g);
    expect(named).toContain('demo');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    for (const name of ['start', 'test']) expect(scripts).toHaveProperty(name);
  });

  test('README.md shows what `npm start` runs', () => {
    expect(read('README.md')).toContain(`\`${scripts.start}\``);
  });

  test.each(['README.md', 'sandbox/kratos/README.md', 'sandbox/jumio/README.md', 'sandbox/twilio/README.md'])(
    '%s has no broken link',
    (file) => {
      const linked = all(read(file), /\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g);
      expect(linked.filter((path) => !existsSync(join(ROOT, dirname(file), path)))).toEqual([]);
    },
  );

  test('README.md names no missing file', () => {
    const named = all(read('README.md'), /`([\w.-]+\/[\w./-]*|[\w-]+\.ya?ml)`/g);
    expect(named).toContain('ory-actions.yaml');
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('docs/configuration.md documents the variables of .env.example, each of them and no other', () => {
    const documented = documentedVariables();
    expect(documented).toContain('ORY_WEBHOOK_SECRET');
    expect(all(read('.env.example'), /^#? ?([A-Z][A-Z0-9_]+)=/gm)).toEqual(documented);
  });

  test('docs/configuration.md documents the nine variables of the published integration', () => {
    const published = ['ORY_WEBHOOK_SECRET', 'KRATOS_ADMIN_URL', 'ORY_API_KEY', 'JUMIO_AUTH_URL', 'JUMIO_API_BASE_URL'];
    const rest = ['JUMIO_CLIENT_ID', 'JUMIO_CLIENT_SECRET', 'JUMIO_CALLBACK_SECRET', 'PORT'];
    expect(documentedVariables()).toEqual(expect.arrayContaining([...published, ...rest]));
  });
});
