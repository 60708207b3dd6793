import { expect, test } from 'vitest';
import { isReal, OR_WHY_SKIPPED } from '../../support/kratos-under-test.ts';
import { addAuthenticator, codeOf } from '../../support/second-factor.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { leads, onToJumio } from '../steps.ts';
import { DESKTOP, PHONE } from '../window.ts';

/** A session for which Kratos requires a second factor before whoami answers. */
export function secondFactorCases(stage: () => BrowserStage): void {
  test.skipIf(!isReal).each([PHONE, DESKTOP])(
    `a second factor is asked for by Kratos, and leads back to where one was going, in $language${OR_WHY_SKIPPED}`,
    async (visitor) => {
      const { stack, open, verifyUrl } = stage();
      const person = await scenes.signedUp(stage());
      const { sessionToken = '' } = await person.signIn();
      const authenticator = await addAuthenticator(stack.kratos, sessionToken);
      const { page } = await open(visitor, person);
      const wanted = `${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${stack.appUrl}/basket`)}`;
      await page.goto(wanted);
      expect(page.url()).toContain(`${stack.appUrl}/login?flow=`);
      await page.getByLabel('Authentication code').fill(codeOf(authenticator));
      await leads(page, () => page.getByRole('button', { name: 'Sign in' }).click());
      expect(page.url()).toBe(wanted);
      await onToJumio(page, stack);
    },
  );
}
