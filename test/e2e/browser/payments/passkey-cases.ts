import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addVirtualDevice, type VirtualDevice } from '../../../../sandbox/chromium/device.ts';
import { checkPage } from '../page-check.ts';
import type { BrowserStage } from '../stage.ts';
import { PHONE } from '../window.ts';
import { button, DAY_S, MINUTE_S, newPayer, oldPayer, pay, press, sendMoney } from './payer.ts';

const PRESS = 'Approve with a passkey';

/** Adds a passkey in Kratos' own settings, with a device of the page. */
async function addPasskey({ stack }: BrowserStage, page: Page): Promise<VirtualDevice> {
  const device = await addVirtualDevice(page);
  await page.goto(`${stack.appUrl}/settings`);
  await button(page, 'Add a passkey').click();
  await page.getByText('Your changes have been saved').waitFor();
  return device;
}

/** Makes the page ask the device for less, as somebody else's script in its place would. */
const ASK_FOR_LESS = `(() => {
  const { dataset } = document.querySelector('form[data-passkey]');
  dataset.passkey = JSON.stringify({ ...JSON.parse(dataset.passkey), userVerification: 'discouraged' });
})()`;

/** Passkeys of Kratos, with the authenticator that Chromium simulates. */
export function passkeyCases(stage: () => BrowserStage): void {
  test('a passkey that a new account added in Kratos’ settings approves, whatever the age of the password', async () => {
    const { page, customer, records } = await newPayer(stage());
    await addPasskey(stage(), page);
    await checkPage(page, PHONE);
    records.agePassword(customer, 10 * MINUTE_S);
    await sendMoney(stage(), page);
    await button(page, PRESS).waitFor();
    await checkPage(page, PHONE);
    await press(page, PRESS);
    expect(await pay(page)).toMatchObject({
      sub: customer.identityId,
      amr: ['pop', 'hwk', 'mfa'],
      authentication_factors: [{ possession: 'passkey_device_bound' }, { knowledge_or_inherence: 'device_unlock' }],
    });
    expect(await customer.messages()).toEqual([]);
  });

  test('a device that does not verify its owner signs nothing, and what it signs where it is asked for less is refused', async () => {
    const { page } = await newPayer(stage());
    const device = await addPasskey(stage(), page);
    await sendMoney(stage(), page);
    const opened = page.url();
    await device.setUserVerified(false);
    await button(page, PRESS).click();
    await page.getByText('The passkey was not used, so nothing has been approved.').waitFor();
    expect(page.url()).toBe(opened);
    await page.evaluate(ASK_FOR_LESS);
    await press(page, PRESS);
    expect(page.url()).toBe(`${opened}?notice=failed`);
    await page.getByRole('alert').getByText('That did not work. The payment is not approved.').waitFor();
    await device.setUserVerified(true);
    await press(page, PRESS);
    expect(await pay(page)).toMatchObject({ amr: ['pop', 'hwk', 'mfa'] });
  });

  test('a passkey that an old account added a minute ago is not offered before it is a day old', async () => {
    const { page, customer, records } = await oldPayer(stage());
    await addPasskey(stage(), page);
    records.ageAccount(customer, MINUTE_S);
    await sendMoney(stage(), page);
    await page.getByText('One way to approve is too new and can be used from').waitFor();
    expect(await page.locator('form[data-passkey]').count()).toBe(0);
    await button(page, 'Send a code to').waitFor();
    await checkPage(page, PHONE);
    records.ageAccount(customer, DAY_S);
    await page.reload();
    await press(page, PRESS);
    expect(await pay(page)).toMatchObject({ amr: ['pop', 'hwk', 'mfa'] });
  });
}
