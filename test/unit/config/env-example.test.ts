import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';

const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');

const lines = text.trimEnd().split('\n');

const example: Environment = { ...parseEnv(text) };

function problemsOf(env: Environment): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name);
    throw error;
  }
}

const PLACEHOLDERS = ['JUMIO_CALLBACK_SECRET', 'JUMIO_CLIENT_ID', 'JUMIO_CLIENT_SECRET', 'ORY_WEBHOOK_SECRET'];

describe('.env.example', () => {
  it('.env.example lists exactly the variables that the service reads, in the order of the documentation', () => {
    const names = lines.filter((line) => !line.startsWith('#') && line !== '').map((line) => line.split('=')[0]);
    expect(names).toEqual(variableNames);
  });

  it('.env.example describes each variable in the one line above it', () => {
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('#') || line === '') continue;
      expect(lines[index - 1], line).toMatch(/^# .{4,}/);
      expect(lines[index - 2], line).not.toMatch(/^#/);
    }
  });

  it('.env.example as shipped is refused for its four placeholders only', () => {
    expect(problemsOf(example).sort()).toEqual(PLACEHOLDERS);
  });

  it('.env.example with its placeholders filled in gives the documented defaults', () => {
    const filled: Environment = {
      ...example,
      ORY_WEBHOOK_SECRET: 'webhook-secret-1',
      JUMIO_CALLBACK_SECRET: 'callback-secret1',
      JUMIO_CLIENT_ID: 'client',
      JUMIO_CLIENT_SECRET: 'secret',
    };
    const bare = Object.fromEntries(
      ['ORY_WEBHOOK_SECRET', 'KRATOS_ADMIN_URL', 'JUMIO_AUTH_URL', 'JUMIO_API_BASE_URL', 'JUMIO_CLIENT_ID']
        .concat('JUMIO_CLIENT_SECRET', 'JUMIO_CALLBACK_SECRET')
        .map((name) => [name, filled[name]]),
    );
    expect(parseConfig(filled)).toEqual(parseConfig(bare));
  });

  it('.env.example contains no secret: values to replace are marked', () => {
    for (const [name, value] of Object.entries(example))
      if (/SECRET|KEY$|CLIENT_ID/.test(name) && name !== 'JUMIO_WORKFLOW_KEY')
        expect(value).toMatch(/^(change-me-.*)?$/);
  });
});

describe('webhook/.env.example', () => {
  const nine = readFileSync(new URL('../../../webhook/.env.example', import.meta.url), 'utf8');
  const published =
    'ORY_WEBHOOK_SECRET KRATOS_ADMIN_URL ORY_API_KEY JUMIO_AUTH_URL JUMIO_API_BASE_URL JUMIO_CLIENT_ID JUMIO_CLIENT_SECRET JUMIO_CALLBACK_SECRET PORT';

  it('webhook/.env.example has the nine variables of the published integration, in its order, and no other', () => {
    expect([...nine.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)).toEqual(published.split(' '));
  });

  it('webhook/.env.example has the values of .env.example, and is refused for the same placeholders only', () => {
    const values: Environment = { ...parseEnv(nine) };
    for (const [name, value] of Object.entries(values)) expect(value, name).toBe(example[name]);
    expect(problemsOf(values).sort()).toEqual(PLACEHOLDERS);
  });

  it('webhook/.env.example describes each variable in the one line above it', () => {
    const rows = nine.trimEnd().split('\n');
    for (const [index, row] of rows.entries()) if (/^[A-Z]/.test(row)) expect(rows[index - 1], row).toMatch(/^# .{4,}/);
  });
});
