import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../webhook/doctor/doctor.ts';
import { modulesBelow } from '../../support/repository/modules.ts';

const TOP = new URL('../../../', import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');

/** The rows of the table: the bypass, its protection, the file of its test, and a part of the test’s name. */
const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => /^\|.*\| `test\//.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

/** The source of all checks, with every finding id. */
const ids = modulesBelow('webhook/doctor/checks')
  .map(({ path }) => read(path))
  .join('\n');

describe('docs/security.md', () => {
  it('docs/security.md lists every bypass that was tested', () => {
    expect(rows.length).toBeGreaterThanOrEqual(24);
  });

  it.each(rows)('docs/security.md: %s is closed by %s and tested', (_way, closedBy, file = '', name = '') => {
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
  it('docs/doctor.md quotes the statements of the checks', () => {
    const page = read('docs/doctor.md');
    for (const { says } of CHECKS.filter(
      (check) =>
        check.says !== 'the session settings have no side effects' && !check.says.startsWith('the gate enforces'),
    ))
      expect(page).toContain(says);
  });
});
