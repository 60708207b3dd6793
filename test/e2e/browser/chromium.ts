import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../../../sandbox/stack/find-program.ts';

/** The shell first: it draws no window of its own, and so takes two thirds of the time. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

const executablePath = findProgram({ names, variable: 'CHROMIUM_BIN', folders: ['/usr/bin'] });

/** For a test that opens four windows one after the other, long because the machine may be busy. */
export const LONG_TIMEOUT = { timeout: 150_000 };

export const hasChromium = executablePath !== undefined;

/** For the name of a suite that needs a Chromium. */
export const OR_WHY_SKIPPED = hasChromium
  ? ''
  : ' (skipped: there is no Chromium: CHROMIUM_BIN is not set, and neither /usr/bin nor the PATH has one)';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No host but this machine resolves, neither for a page nor for Chromium itself.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost',
];

export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}
