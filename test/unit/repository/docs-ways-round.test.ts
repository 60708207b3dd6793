import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../webhook/doctor/doctor.ts';
import { modulesBelow } from '../../support/repository/modules.ts';

const TOP = new URL('../../../', import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');

/** The rows of the table: the way, what closes it, the file of its test, and words of the test's name. */
const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => /^\|.*\| `test\//.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

/** Every id that a check may give. */
const ids = modulesBelow('webhook/doctor/checks')
  .map(({ path }) => read(path))
  .join('\n');

describe('docs/security.md', () => {
  it('names every way that the product promises to have tried', () => {
    expect(rows.length).toBeGreaterThanOrEqual(24);
  });

  it.each(rows)('%s: closed by %s, tested', (_way, closedBy, file = '', name = '') => {
    const path = file.replaceAll('`', '');
    expect(existsSync(new URL(path, TOP)), path).toBe(true);
    expect(read(path)).toContain(name);
    for (const [, id = ''] of closedBy?.matchAll(/(?:`doctor`: |tells \()`([\w-]+)`/g) ?? []) {
      const plain = id.replace(/^(initiate|gate)-missing$/, '-missing');
      expect(ids).toContain(plain);
    }
  });
});

describe('docs/doctor.md', () => {
  it('quotes what the checks say', () => {
    const page = read('docs/doctor.md');
    for (const { says } of CHECKS.filter(
      (check) => check.says !== 'nothing about sessions surprises' && !check.says.startsWith('the gate enforces'),
    ))
      expect(page).toContain(says);
  });
});
