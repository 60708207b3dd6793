import { encodeQR } from 'qr';

/** A QR code as data: a square of modules, and its dark ones as the strokes of one SVG path. */
export interface QrCode {
  /** Modules of a side, the quiet zone included. */
  readonly size: number;
  /** Horizontal strokes of width 1. */
  readonly path: string;
}

/** The light modules around the code that readers need (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** One stroke for each run of dark modules of a row. */
function strokes(row: readonly boolean[], y: number): string {
  const dark = row.map((isDark) => (isDark ? '#' : ' ')).join('');
  return [...dark.matchAll(/#+/g)].map(({ 0: run, index }) => `M${index} ${y}.5h${run.length}`).join('');
}

/** Returns the QR code of a text, at the level M of error correction: a screen is clean, and small modules are hard to read. */
export function qrCode(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
  return { size: rows.length, path: rows.map(strokes).join('') };
}
