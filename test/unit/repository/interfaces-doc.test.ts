import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSignatureOf } from '../../../webhook/http/authenticity.ts';
import { blockMessage, levelMessage } from '../../../webhook/kratos/messages.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const page = read('docs/interfaces.md');

function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].sort();
}

describe('docs/interfaces.md', () => {
  it('docs/interfaces.md lists the message ids that the service sends, and no other', () => {
    const refusals = (['rejected', 'review', 'unverified', 'unknown'] as const).map((refusal) =>
      blockMessage(refusal, 'status', 'text'),
    );
    const sent = all(JSON.stringify([...refusals, levelMessage('text')]), /"id":(\d+)/g);
    expect(sent).toHaveLength(5);
    expect(all(page, /^\| `(\d{7})` \|/gm)).toEqual(sent);
    expect(all(read('docs/design.md'), /`(499\d{4})`/g)).toEqual(sent);
  });

  it('docs/interfaces.md gives the header and both forms of the signature as the callback takes them', () => {
    const bytes = Buffer.from('{"a": 1}');
    const hex = createHmac('sha256', 'key').update(bytes).digest('hex');
    const forms = all(page, /^ {4}X-Jumio-Signature: (.*)$/gm).map((form) => form.replace('<hex>', hex));
    expect(forms).toHaveLength(2);
    for (const form of [...forms, hex.toUpperCase()]) expect(isSignatureOf(bytes, form, ['key'])).toBe(true);
    expect(read('webhook/http/hooks/callback.ts')).toContain("headers['x-jumio-signature']");
  });

  it('docs/interfaces.md has every call to Kratos’ admin API with what it is for', () => {
    const path = {
      getIdentity: 'GET /admin/identities/{id}',
      patchIdentity: 'PATCH /admin/identities/{id}',
      deleteIdentitySessions: 'DELETE /admin/identities/{id}/sessions',
      listIdentities: 'GET /admin/identities',
    };
    const called = all(read('webhook/kratos/client.ts'), /\b(?:admin|lists)\.(\w+)\(/g);
    expect(called).toEqual(Object.keys(path).sort());
    const keys = page.slice(page.indexOf('### `ORY_API_KEY`'), page.indexOf('### The Jumio client'));
    expect(all(keys, /^\| `([A-Z]+ \/[^`]*)` \|/gm)).toEqual(Object.values(path).sort());
  });

  it('docs/interfaces.md has every kind of call to Jumio’s API', () => {
    const source = ['client', 'create'].map((name) => read(`webhook/jumio/${name}.ts`)).join('\n');
    const portal = page.slice(page.indexOf('### The Jumio client'));
    const methods = all(source, /method: '([A-Z]+)'/g);
    expect(methods).toEqual(['DELETE', 'GET', 'POST', 'PUT']);
    for (const method of methods) expect(portal).toContain(`\`${method} `.replace('`PUT ', '`PUT` '));
  });
});
