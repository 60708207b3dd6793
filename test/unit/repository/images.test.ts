import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const TOP = new URL('../../../', import.meta.url);

const names = readdirSync(new URL('docs/images/', TOP));

const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');

/** The documents that show pictures. */
const SHOWING = ['README.md', 'docs/customization.md', 'docs/console.md'].map(read).join('');

/** The width of a WebP picture in its extended form, which Chromium writes (RFC 9649, 2.7): one less, in three bytes from byte 24. */
function widthOf(picture: Buffer): number {
  expect(picture.toString('latin1', 0, 4) + picture.toString('latin1', 8, 16)).toBe('RIFFWEBPVP8X');
  return picture.readUIntLE(24, 3) + 1;
}

describe('the pictures of the documents (npm run docs:images takes them)', () => {
  it.each(names)('%s is sharp, light and shown', (name) => {
    const picture = readFileSync(new URL(`docs/images/${name}`, TOP));
    expect(widthOf(picture)).toBeGreaterThanOrEqual(600);
    expect(picture.length).toBeLessThan(80_000);
    expect(SHOWING).toContain(`images/${name})`);
    expect(read('test/support/repository/print-images.ts')).toContain(`name: '${name.replace('.webp', '')}'`);
  });

  it('every picture that is shown is there', () => {
    const shown = [...SHOWING.matchAll(/images\/([\w-]+\.\w+)\)/g)];
    expect(new Set(shown.map(([, name]) => name))).toEqual(new Set(names));
  });

  it('the README has one picture of the architecture, and fits on three screens', () => {
    expect(read('README.md').match(/^```mermaid$/gm)).toHaveLength(1);
    expect(read('README.md').split('\n').length).toBeLessThan(150);
  });
});
