import type { CDPSession, Page } from 'playwright-core';

/** One session per page: each has its own setting, applies changes of it only, and the latest change holds. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

async function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  return session;
}

/**
 * Allows scripts in a page: axe needs timers, which do not run while scripts are off. The page's own scripts are not
 * loaded again, and a reload of the page is stopped.
 */
export async function allowScripts(page: Page): Promise<void> {
  const session = await sessionOf(page);
  await session.send('Page.stopLoading');
  // A new session assumes that scripts are on and applies changes only, so the value is set twice.
  for (const value of [true, false]) await session.send('Emulation.setScriptExecutionDisabled', { value });
}

/** Switches the scripts of a page off again. */
export async function forbidScripts(page: Page): Promise<void> {
  const session = await sessionOf(page);
  await session.send('Emulation.setScriptExecutionDisabled', { value: true });
}

/**
 * Evaluates a long script in the page, past its content security policy, and reads no result: `page.evaluate` takes more than
 * twice the time.
 */
export async function evaluateOnce(page: Page, script: string): Promise<void> {
  const session = await sessionOf(page);
  await session.send('Runtime.evaluate', { expression: `${script};0` });
}
