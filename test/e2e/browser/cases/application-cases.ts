import { expect, test } from 'vitest';
import { z } from 'zod';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose } from '../steps.ts';
import { type BrowserWindow, PHONE } from '../window.ts';

const answered = z.object({ status: z.number(), body: z.unknown() });
const needed = z.object({ code: z.literal('consent-needed'), consent: z.object({ text_version: z.string() }) });
const link = z.object({ url: z.string() });

/** The answer that a script of the shown page gets from another origin, with the person's cookies. */
async function fetches({ page }: BrowserWindow, url: string, body?: object) {
  const init = {
    credentials: 'include',
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  };
  const script = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})
    .then(async (answer) => ({ status: answer.status, body: await answer.json() }))`;
  return answered.parse(await page.evaluate(script));
}

/** A single-page application, which shows the consent text itself and redirects to Jumio. */
export function applicationCases(stage: () => BrowserStage): void {
  test('scripts of an allowed origin read the state, consent for their person, and lead to Jumio', async () => {
    const { stack, open, beside } = stage();
    const url = await beside({ ALLOWED_ORIGINS: stack.appUrl });
    const window = await open(PHONE, await scenes.signedUp(stage()));
    const { page } = window;
    await page.goto(stack.appUrl);
    expect((await fetches(window, `${url}/jumio/status`)).body).toMatchObject({ next: 'verify' });
    const asked = await fetches(window, `${url}/jumio/verify`, {});
    expect(window.problems.splice(0)).toEqual([expect.stringContaining('409')]);
    const { text_version } = needed.parse(asked.body).consent;
    const gone = await fetches(window, `${url}/jumio/verify`, { consent: { text_version } });
    await page.goto(link.parse(gone.body).url);
    await choose(page, 'Pass');
    await page.waitForURL(`${stack.appUrl}/`, { timeout: 30_000 });
    expect((await fetches(window, `${url}/jumio/status`)).body).toMatchObject({ status: 'approved', next: 'continue' });
  });

  test('scripts of any other origin get nothing', async () => {
    const { stack, open, beside } = stage();
    const url = await beside({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const window = await open(PHONE, await scenes.signedUp(stage()));
    await window.page.goto(stack.appUrl);
    await expect(fetches(window, `${url}/jumio/status`)).rejects.toThrow('Failed to fetch');
    await expect(fetches(window, `${url}/jumio/verify`, {})).rejects.toThrow('Failed to fetch');
    const refused = window.problems.splice(0);
    expect(refused.filter((problem) => !problem.includes('CORS') && !problem.includes('ERR_FAILED'))).toEqual([]);
  });
}
