import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  JSONNET_DIR,
  readShippedActions,
  readShippedTemplate,
  toBase64Actions,
} from '../../../sandbox/kratos/config/actions.ts';

const shipped = readShippedActions();

const variant = toBase64Actions(shipped, readShippedTemplate);

function bodies(text: string): string[] {
  return [...text.matchAll(/^ *body: (\S+)$/gm)].map(([, body = '']) => body);
}

/** Decodes as strictly as Kratos: the standard alphabet, padded. */
function decode(body: string): Buffer {
  const encoded = body.replace(/^base64:\/\//, '');
  expect(encoded).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  return Buffer.from(encoded, 'base64');
}

test('each body of the base64 variant decodes byte for byte to the template of the shipped file', () => {
  const files = bodies(shipped).map((body) => body.replace('file://<JSONNET_DIR>/', ''));
  expect([...new Set(files)].toSorted()).toEqual(readdirSync(JSONNET_DIR).toSorted());
  const decoded = bodies(variant).map(decode);
  expect(decoded).toEqual(files.map((file) => Buffer.from(readShippedTemplate(file))));
});

test('the base64 variant differs from the shipped file only in its bodies and the comment about the folder', () => {
  const withoutBodies = (text: string) => text.replace(/^( *body:) \S+$/gm, '$1');
  const withoutFolder = shipped.split('\n').filter((line) => !line.startsWith('#   <JSONNET_DIR>'));
  expect(withoutBodies(variant)).toBe(withoutBodies(withoutFolder.join('\n')));
  expect(variant).not.toContain('JSONNET_DIR');
});

test('a template with any bytes is unchanged by base64', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const text = toBase64Actions('body: file://<JSONNET_DIR>/any.jsonnet\n', () => bytes);
  expect(bodies(text).map(decode)).toEqual([Buffer.from(bytes)]);
});
