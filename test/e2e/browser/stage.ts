import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../../sandbox/chromium/launch.ts';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';
import { BRAND } from '../../../sandbox/stack/config.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import type { StackOptions } from '../../../sandbox/stack/start.ts';
import { useWorld, type World } from '../support/world.ts';
import { type BrowserWindow, openBrowserWindow, type Visitor } from './window.ts';

/** One world and one Chromium for all tests of a file. */
export interface BrowserStage extends World {
  /** The service as browsers reach it. */
  readonly verifyUrl: string;
  readonly open: (visitor: Visitor, person?: Person) => Promise<BrowserWindow>;
  /** The window that the tests of a file share for a visitor, empty; opening one and loading axe there is slow. */
  readonly reuse: (visitor: Visitor, person?: Person) => Promise<BrowserWindow>;
  /** Starts another service with other settings and its own ledger; returns its URL. */
  readonly beside: (env: Readonly<Record<string, string>>) => Promise<string>;
}

interface Opened {
  /** Of the test that runs. */
  readonly windows: BrowserWindow[];
  readonly reused: Map<Visitor, BrowserWindow>;
  readonly ends: (() => unknown)[];
  /** What pages may request, Kratos first. */
  readonly origins: string[];
}

async function startBeside({ stack }: World, env: Readonly<Record<string, string>>, opened: Opened): Promise<string> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'beside-'))];
  const url = `http://verify.demo.localhost:${port}`;
  const own = { PORT: String(port), PUBLIC_URL: url, DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}` };
  const service = await startService({ env: { ...stack.env, ...own, ...env } });
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
 * Starts a world and a Chromium for the tests of a file. After each test every window is closed, or cleared if others
 * reuse it; a problem in one fails the test.
 * @param env added to the service's configuration
 * @param options whether the bank's payments are approved by their payers
 */
export function useStage(
  env: Readonly<Record<string, string>> = {},
  options: Pick<StackOptions, 'payments'> = {},
): () => BrowserStage {
  const world = useWorld({
    ...options,
    kratos: { more },
    env: { ...BRAND, HANDOVER_SECRET: 'demo-handover-secret-0001', ...env },
  });
  const opened: Opened = { windows: [], reused: new Map(), ends: [], origins: [] };
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { kratos, appUrl, verifyUrl, jumioUrl } = world().stack;
    opened.origins.push(kratos.publicUrl, appUrl, verifyUrl, jumioUrl);
    browser = await launchChromium();
  });
  afterEach(async () => {
    const { jumio, stack } = world();
    await jumio.post('settings', { processingSeconds: 0 });
    await send({ method: 'DELETE', url: `${stack.jumioUrl}/sandbox/faults` });
    const [windows, reused] = [opened.windows.splice(0), [...opened.reused.values()]];
    await Promise.all([...windows.map((window) => window.close()), ...reused.map((window) => window.clear())]);
    expect([...windows, ...reused].flatMap(({ problems }) => problems.splice(0))).toEqual([]);
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

function stageOf(world: World, browser: Browser, opened: Opened): BrowserStage {
  const { windows, reused, origins } = opened;
  return {
    ...world,
    verifyUrl: world.stack.verifyUrl,
    open: async (visitor, person) => {
      const window = await openBrowserWindow(browser, visitor, origins, person);
      windows.push(window);
      return window;
    },
    reuse: async (visitor, person) => {
      const window = reused.get(visitor) ?? (await openBrowserWindow(browser, visitor, origins));
      reused.set(visitor, window);
      await window.clear();
      if (person !== undefined) await window.signIn(person);
      return window;
    },
    beside: (env) => startBeside(world, env, opened),
  };
}
