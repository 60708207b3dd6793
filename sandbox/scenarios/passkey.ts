import { copyCookies } from '../chromium/cookies.ts';
import { addVirtualDevice } from '../chromium/device.ts';
import { launchChromium } from '../chromium/launch.ts';
import { newCustomer } from './customer.ts';
import { approvalOn } from './payments.ts';
import { expect, type Scenario } from './scenario.ts';

const TIMEOUT_MS = 30_000;

/** Needs a real Kratos, which has passkeys, and a Chromium, which has them too. */
export const passkeyScenario: Scenario = {
  name: 'send money, approved with a passkey',
  run: async (stack, report) => {
    const customer = await newCustomer(stack);
    const chromium = await launchChromium();
    try {
      const context = await chromium.newContext();
      context.setDefaultTimeout(TIMEOUT_MS);
      await copyCookies(context, customer.browser, [stack.kratos.publicUrl]);
      const page = await context.newPage();
      await addVirtualDevice(page);
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
      await page.goto(`${stack.appUrl}/settings`);
      await press('Add a passkey');
      await page.getByText('Your changes have been saved').waitFor();
      report('added a passkey in Kratos’ own settings');
      await page.goto(`${stack.appUrl}/send`);
      await press('Send money');
      await press('Approve with a passkey');
      await press('Pay 50.00 EUR');
      await page.getByRole('heading', { name: 'Receipt' }).waitFor();
      const { amr } = approvalOn({ text: await page.content(), url: page.url() });
      expect(amr.includes('pop'), 'the approval says that a key was used');
      expect((await customer.messages()).length === 0, 'no code was sent');
      report(`paid 50.00 EUR, approved by ${amr.join(', ')}`);
    } finally {
      await chromium.close();
    }
  },
};
