import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { config, MINIMAL, problems } from '../../support/service/environment.ts';

describe('variables read from files (*_FILE)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeAll(() => {
    file('secret', 'from-a-file-secret\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a value from a file is used without one trailing line end', () => {
    const environment = { ORY_WEBHOOK_SECRET: undefined, ORY_WEBHOOK_SECRET_FILE: join(folder, 'secret') };
    expect(config(environment).ORY_WEBHOOK_SECRET).toEqual(['from-a-file-secret']);
    expect(config({ ORY_API_KEY_FILE: file('windows', 'key\r\n') }).ORY_API_KEY).toBe('key');
    expect(config({ BRAND_NAME_FILE: file('two', 'name\n\n') }).BRAND_NAME).toBe('name\n');
    expect(config({ BRAND_NAME_FILE: file('spaces', ' name ') }).BRAND_NAME).toBe(' name ');
  });

  it('every variable can be given as a file', () => {
    for (const name of variableNames) {
      const value = MINIMAL[name] ?? '';
      if (value === '') continue;
      const environment = { ...MINIMAL, [name]: undefined, [`${name}_FILE`]: file(name, `${value}\n`) };
      expect(parseConfig(environment)).toEqual(config({}));
    }
  });

  it('a variable and its *_FILE together are refused', () => {
    const both = problems({ ORY_WEBHOOK_SECRET_FILE: join(folder, 'secret') });
    expect(both).toMatchObject([{ name: 'ORY_WEBHOOK_SECRET', seen: 'both' }]);
    expect(JSON.stringify(both)).not.toContain('webhook-secret-1');
  });

  it('an unreadable file is reported once, under the name of its *_FILE variable', () => {
    const missing = { ORY_WEBHOOK_SECRET: undefined, ORY_WEBHOOK_SECRET_FILE: join(folder, 'missing') };
    expect(problems(missing)).toMatchObject([{ name: 'ORY_WEBHOOK_SECRET_FILE', seen: 'ENOENT' }]);
    expect(problems({ ORY_API_KEY_FILE: folder })).toMatchObject([{ name: 'ORY_API_KEY_FILE', seen: 'EISDIR' }]);
  });

  it('an empty file counts as no value', () => {
    const empty = { ORY_WEBHOOK_SECRET: undefined, ORY_WEBHOOK_SECRET_FILE: file('empty', '\n') };
    expect(problems(empty)).toMatchObject([{ name: 'ORY_WEBHOOK_SECRET', seen: 'nothing' }]);
  });
});
