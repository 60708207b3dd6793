import { expect, test } from 'vitest';
import { z } from 'zod';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, fillIn, onToJumio, pressAction } from '../steps.ts';
import { PHONE, SPANISH } from '../window.ts';

/** Values of `return_to` that a browser reads as another origin. `app` is the origin of the application. */
const AWAY: readonly ((app: string) => string)[] = [
  () => 'https://evil.example/deep',
  () => '//evil.example',
  () => '/\\evil.example',
  () => 'https:evil.example',
  () => '\\\\evil.example',
  () => '\thttps://evil.example',
  () => 'ht\ttps://evil.example',
  () => 'https://evil.example\r\n/',
  () => 'javascript:alert(1)',
  () => 'data:text/html,evil',
  () => '%68ttps://evil.example',
  () => 'https%3A%2F%2Fevil.example',
  () => 'http://app.demo.localhost.evil.example/',
  () => 'http://аpp.demo.localhost/',
  (app) => `${app}.evil.example/`,
  (app) => `${app}@evil.example/`,
  (app) => app.replace('//', '//evil.example@'),
  (app) => app.replace('//', '//evil.example\\'),
];

/** Where a person is redirected to in the end. */
export function returnCases(stage: () => BrowserStage): void {
  test.each([PHONE, SPANISH])(
    'return_to is kept through the sign-in and through Jumio, in $language',
    async (visitor) => {
      const { stack, open, verifyUrl } = stage();
      const { credentials } = await newPerson(stack);
      const { page } = await open(visitor);
      const deep = `${stack.appUrl}/?basket=1&step=2#end`;
      await page.goto(`${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(deep)}`);
      await pressAction(page);
      await fillIn(page, credentials.email, credentials.password);
      await onToJumio(page, stack);
      await choose(page, 'Pass');
      await page.waitForURL(deep, { timeout: 30_000 });
    },
  );

  test('a return_to that leads anywhere else is ignored: as the browser reads it, the link leads to the application', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.approved(stage()));
    for (const away of AWAY) {
      await page.goto(`${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(away(stack.appUrl))}`);
      const leads = z.string().parse(await page.evaluate("document.querySelector('#action').href"));
      expect([away(''), leads]).toEqual([away(''), `${stack.appUrl}/`]);
    }
  });
}
