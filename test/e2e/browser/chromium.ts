import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../../../sandbox/stack/find-program.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

const executablePath = findProgram({ names, variable: 'CHROMIUM_BIN', folders: ['/usr/bin'] });

/** Four windows one after the other, on a machine that is busy with others. */
export const PATIENT = { timeout: 150_000 };

export const hasChromium = executablePath !== undefined;

/** For the name of a suite that only a Chromium can pass. */
export const OR_WHY_SKIPPED = hasChromium
  ? ''
  : ' (skipped: there is no Chromium: CHROMIUM_BIN is not set, /usr/bin/chromium is not there, none is on the PATH)';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever a page asks for, and whatever Chromium itself would like to know: nothing but this machine has an address.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost',
];

export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, headless: true, args: QUIET });
}
