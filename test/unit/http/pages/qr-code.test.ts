import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';
import { type QrCode, qrCode } from '../../../../webhook/http/pages/phone/qr-code.ts';

const PIXELS = 4;

/** Draws the strokes as a browser does, four pixels to a module: dark on white, three bytes each. */
function drawn({ size, path }: QrCode) {
  const side = size * PIXELS;
  const data = new Uint8Array(side * side * 3).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)\.5h(\d+)/g))
    for (let row = Number(y) * PIXELS; row < (Number(y) + 1) * PIXELS; row += 1) {
      const from = (row * side + Number(x) * PIXELS) * 3;
      data.fill(0, from, from + Number(length) * PIXELS * 3);
    }
  return { width: side, height: side, data };
}

const ADDRESS = 'https://verify.example.com/jumio/enter?code=t9JJAty7drTR507Vxw-7Mg';

it.each([
  ADDRESS,
  `https://identity-verification.${'a'.repeat(60)}.example.com/jumio/enter?code=t9JJAty7drTR507Vxw-7Mg`,
])('a reader finds the text in the drawn code: %s', (text) => {
  expect(decodeQR(drawn(qrCode(text)))).toBe(text);
});

it('the path consists of its strokes alone, and leaves four modules free on every side', () => {
  const { size, path } = qrCode(ADDRESS);
  expect(path).toMatch(/^(M\d+ \d+\.5h\d+)+$/);
  const strokes = [...path.matchAll(/M(\d+) (\d+)\.5h(\d+)/g)].map(([, ...numbers]) => numbers.map(Number));
  const xs = strokes.flatMap(([x = 0, , length = 0]) => [x, x + length]);
  const ys = strokes.flatMap(([, y = 0]) => [y, y + 1]);
  expect([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]).toEqual([4, size - 4, 4, size - 4]);
});

it('the code of an address takes less than 4 kB of a page', () => {
  expect(qrCode(ADDRESS).path.length).toBeLessThan(4_000);
});
