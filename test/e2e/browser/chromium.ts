import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of Chromium: `CHROMIUM_BIN`, else Debian's, else one on the PATH. A CHROMIUM_BIN that is no program throws. */
function findChromium(env: Record<string, string | undefined> = process.env): string | undefined {
  if (env.CHROMIUM_BIN) {
    accessSync(env.CHROMIUM_BIN, constants.X_OK);
    return env.CHROMIUM_BIN;
  }
  const folders = ['/usr/bin', ...(env.PATH ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

const executablePath = findChromium();

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
