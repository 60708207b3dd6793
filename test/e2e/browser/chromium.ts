import { findChromium } from '../../../sandbox/chromium/find.ts';

/** For a test that opens four windows one after the other, long because the machine may be busy. */
export const LONG_TIMEOUT = { timeout: 150_000 };

export const hasChromium = findChromium() !== undefined;

/** For the name of a suite that needs a Chromium. */
export const OR_WHY_SKIPPED = hasChromium
  ? ''
  : ' (skipped: there is no Chromium: CHROMIUM_BIN is not set, and neither /usr/bin nor the PATH has one)';
