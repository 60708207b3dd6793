import { expect, test } from 'vitest';
import { callsOf, onlyExecutionOf } from '../../support/world.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { leads, onToJumio, pressAction } from '../steps.ts';
import { PHONE } from '../window.ts';
import { oneTimeLink } from './one-time-link.ts';

/** The ways in which an application's page makes a browser prefetch URLs: markup for each. */
const PREFETCH_MARKUP = {
  'a link to prefetch': (urls: readonly string[]) => urls.map((url) => `<link rel="prefetch" href="${url}">`).join(''),
  'rules to prefetch': (urls: readonly string[]) => rules('prefetch', urls),
  'rules to prerender': (urls: readonly string[]) => rules('prerender', urls),
};

function rules(how: 'prefetch' | 'prerender', urls: readonly string[]): string {
  return `<script type="speculationrules">${JSON.stringify({ [how]: [{ urls, eagerness: 'immediate' }] })}</script>`;
}

const REFUSED = /"route":"\/jumio\/(verify|status|enter)".*"status":503/;

/** Chromium prefetches pages of the service, from a page of the application and with the person's cookies. */
export function prefetchCases(stage: () => BrowserStage): void {
  test.each(Object.entries(PREFETCH_MARKUP))(
    'a prefetch of %s gets nothing and consumes nothing, and the click works',
    async (_how, markup) => {
      const { stack, log, open, verifyUrl } = stage();
      const person = await scenes.signedUp(stage());
      const address = await oneTimeLink(stage(), person.identityId);
      const urls = [`${verifyUrl}/jumio/verify`, `${verifyUrl}/jumio/status`, address];
      const { page } = await open(PHONE, person);
      await page.goto(stack.appUrl);
      // The sign-up has made its calls by now, so a further call would be one of the prefetch.
      await onlyExecutionOf(stage(), person);
      const [calls, lines] = [await callsOf(stage(), person), log.length];
      const links = urls.map((url, index) => `<a id="to-${index}" href="${url}">here</a>`).join('');
      // The markup is added as if the application had it in its page.
      const fragment = `document.createRange().createContextualFragment(${JSON.stringify(markup(urls) + links)})`;
      await page.evaluate(`void document.body.prepend(${fragment})`);
      await expect.poll(() => log.slice(lines).filter((line) => REFUSED.test(line)).length).toBe(urls.length);
      expect((await page.context().cookies(urls)).map(({ name }) => name)).not.toContain('jumio_handover');
      expect(await callsOf(stage(), person)).toHaveLength(calls.length);

      await leads(page, () => page.locator('#to-2').click());
      await pressAction(page);
      expect(page.url()).toBe(urls[0]);
      await onToJumio(page, stack);
    },
  );
}
