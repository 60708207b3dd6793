import { findProgram } from '../stack/find-program.ts';

/** The shell first: it draws no window of its own, and so takes two thirds of the time. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium: `CHROMIUM_BIN`, else one on the PATH or in /usr/bin; undefined without one. */
export function findChromium(): string | undefined {
  return findProgram({ names, variable: 'CHROMIUM_BIN', folders: ['/usr/bin'] });
}
