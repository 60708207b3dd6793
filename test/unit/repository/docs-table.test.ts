import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tableText } from '../../support/decision-table/table-text.ts';

const EVERY_CELL_MS = 120_000;

it(
  'docs/table.md says what the code does (npm run docs:table prints it anew)',
  async () => {
    const page = readFileSync(new URL('../../../docs/table.md', import.meta.url), 'utf8');
    expect(page === (await tableText()), 'docs/table.md is not what the code does').toBe(true);
  },
  EVERY_CELL_MS,
);
