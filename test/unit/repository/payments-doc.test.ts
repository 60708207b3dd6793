import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const [, section = ''] = read('docs/payments.md').split('\n## Coming from the Azure AD B2C sample\n');

/** The rows of the table: number, and the tests that hold it as file and name. */
const rows = section
  .split('\n## ')[0]
  ?.split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => ({
    number: Number(line.split('|')[1]),
    cells: line.split('|').length,
    tests: [...line.matchAll(/`(test\/[^`]+)`: ‘([^’]+)’/g)].map(([, file = '', name = '']) => ({ file, name })),
  }));

describe('docs/payments.md, “Coming from the Azure AD B2C sample”', () => {
  it('has a row for each of the nineteen faults of the sample', () => {
    expect(rows?.map(({ number }) => number)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
    expect(new Set(rows?.map(({ cells }) => cells))).toEqual(new Set([6]));
  });

  it('each row names a test that exists', () => {
    const missing = rows?.flatMap(({ tests }) => tests).filter(({ file, name }) => !read(file).includes(name));
    expect(missing).toEqual([]);
    expect(rows?.filter(({ tests }) => tests.length === 0).map(({ number }) => number)).toEqual([]);
  });
});

describe('docs/coming-from-azure-ad-b2c.md', () => {
  const page = read('docs/coming-from-azure-ad-b2c.md');

  it('has a part for each of the five documents, and a link in each row', () => {
    expect(page.match(/^## /gm)).toHaveLength(5);
    const lines = page.split('\n').filter((line) => line.startsWith('|') && !/^\| there |^\|---/.test(line));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.filter((line) => !/\]\([^)]+\)/.test(line))).toEqual([]);
  });

  it('every file that it links to exists, and docs/README.md links to it', () => {
    const files = [...page.matchAll(/\]\(([^)#:]+)[^):]*\)/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(25);
    expect(files.filter((file) => !existsSync(new URL(`../../../docs/${file}`, import.meta.url)))).toEqual([]);
    expect(read('docs/README.md')).toContain('(coming-from-azure-ad-b2c.md)');
  });
});
