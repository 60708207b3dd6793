import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';
import { BRAND } from '../../../sandbox/stack/config.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import { useWorld, type World } from '../support/world.ts';
import { launchChromium } from './chromium.ts';
import { openWindow, type Visitor, type Window } from './window.ts';

/** One world and one Chromium for all tests of a file. */
export interface Stage extends World {
  /** The service as browsers reach it. */
  readonly verifyUrl: string;
  readonly open: (visitor: Visitor, person?: Person) => Promise<Window>;
  /** Starts another service with other settings and its own ledger; returns its URL. */
  readonly beside: (env: Readonly<Record<string, string>>) => Promise<string>;
}

interface Opened {
  readonly windows: Window[];
  readonly ends: (() => unknown)[];
  readonly origins: string[];
}

async function startBeside({ place }: World, env: Readonly<Record<string, string>>, opened: Opened): Promise<string> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'beside-'))];
  const url = `http://verify.demo.localhost:${port}`;
  const own = { PORT: String(port), PUBLIC_URL: url, DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}` };
  const service = await startService({ env: { ...place.env, ...own, ...env } });
  opened.ends.push(
    () => service.stop(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
  opened.origins.push(url);
  return url;
}

/** Enables a second factor, which only the real Kratos has. */
const more = { selfservice: { methods: { totp: { enabled: true, config: { issuer: 'demo' } } } } };

/**
 * Starts a world and a Chromium for the tests of a file. After each test every window is closed; a problem in one fails
 * the test.
 * @param env added to the service's configuration
 */
export function useStage(env: Readonly<Record<string, string>> = {}): () => Stage {
  const world = useWorld({
    kratos: { more },
    env: { ...BRAND, HANDOVER_SECRET: 'demo-handover-secret-0001', ...env },
  });
  const opened: Opened = { windows: [], ends: [], origins: [] };
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    const { jumio, place } = world();
    await jumio.post('settings', { processingSeconds: 0 });
    await send({ method: 'DELETE', url: `${place.jumioUrl}/sandbox/faults` });
    const windows = opened.windows.splice(0);
    await Promise.all(windows.map((window) => window.close()));
    expect(windows.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    for (const end of opened.ends) await end();
  });
  return () => {
    if (browser === undefined) throw new Error('Chromium did not start');
    return stageOf(world(), browser, opened);
  };
}

function stageOf(world: World, browser: Browser, opened: Opened): Stage {
  const { kratos, appUrl, verifyUrl, jumioUrl } = world.place;
  return {
    ...world,
    verifyUrl,
    open: async (visitor, person) => {
      const known = [kratos.publicUrl, appUrl, verifyUrl, jumioUrl, ...opened.origins];
      const window = await openWindow(browser, visitor, known, person);
      opened.windows.push(window);
      return window;
    },
    beside: (env) => startBeside(world, env, opened),
  };
}
