import { expect, test } from 'vitest';
import { newCustomer } from '../../../../sandbox/scenarios/customer.ts';
import { checkPage } from '../page-check.ts';
import type { BrowserStage } from '../stage.ts';
import { leads } from '../steps.ts';
import { PHONE } from '../window.ts';
import { approveByCode, button, codeOn, MINUTE_S, newPayer, pay, press, sendMoney } from './payer.ts';

/** Codes by SMS, and the ways in which a payment ends. */
export function smsCases(stage: () => BrowserStage): void {
  test('a password that is too old is entered again at Kratos, which leads back, and then a code approves', async () => {
    const { stack } = stage();
    const payer = await newPayer(stage());
    const { page, customer, records } = payer;
    records.agePassword(customer, 10 * MINUTE_S);
    await page.goto(`${stack.appUrl}/send`);
    await page.getByLabel('IBAN').fill('DE02100100109307118604');
    await leads(page, () => page.getByRole('button', { name: 'Send money', exact: true }).click());
    await page
      .getByRole('alert')
      .getByText(/^IBAN: .*an IBAN with right check digits/)
      .waitFor();
    await checkPage(page, PHONE);
    await sendMoney(stage(), page);
    const opened = page.url();
    expect(await button(page, 'Send a code to').count()).toBe(0);
    await checkPage(page, PHONE);
    await leads(page, () => page.getByRole('link', { name: 'Enter your password again' }).click());
    expect(page.url()).toContain(`${stack.appUrl}/login?flow=`);
    await page.getByLabel('Password').fill(customer.credentials.password);
    await press(page, 'Sign in');
    expect(page.url()).toBe(opened);
    await approveByCode(stage(), payer);
    await checkPage(page, PHONE);
    const approval = await pay(page);
    expect(approval).toMatchObject({
      sub: customer.identityId,
      amr: ['pwd', 'sms', 'otp', 'mfa'],
      authentication_factors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
    });
    await checkPage(page, PHONE);
  });

  test('the drawn phone, to which the bank leads, shows the message by itself', async () => {
    const { stack } = stage();
    const payer = await newPayer(stage());
    const { page, customer } = payer;
    await page.goto(`${stack.appUrl}/send`);
    const href = await page.getByRole('link', { name: 'Open your phone' }).getAttribute('href');
    const phone = await page.context().newPage();
    await phone.goto(href ?? '');
    await phone.getByText('No message was sent yet.').waitFor();
    await sendMoney(stage(), page);
    await press(page, 'Send a code to');
    await phone.locator('[data-message]').waitFor();
    expect(await phone.locator('[data-message]').textContent()).toContain(await codeOn(customer));
  });

  test('another person on the way back sees neither payment nor page, and pays nothing', async () => {
    const { stack, open } = stage();
    const payer = await newPayer(stage());
    const { page } = payer;
    await sendMoney(stage(), page);
    const approve = page.url();
    await approveByCode(stage(), payer);
    const { page: others } = await open(PHONE, await newCustomer(stack));
    for (const [url, heading] of [
      [page.url(), 'Unknown payment'],
      [approve, 'We cannot find this payment'],
    ] as const) {
      expect((await others.goto(url))?.status()).toBe(404);
      await others.getByRole('heading', { name: heading }).waitFor();
      expect(await others.content()).not.toContain('50.00');
      await checkPage(others, PHONE);
    }
    await pay(page);
  });

  test('an approval of one session pays nothing in another one of the same person', async () => {
    const { stack, open } = stage();
    const payer = await newPayer(stage());
    const { page, customer } = payer;
    await sendMoney(stage(), page);
    await approveByCode(stage(), payer);
    const { browser } = await customer.signIn({ as: 'browser' });
    const { page: another } = await open(PHONE, { ...customer, browser });
    await another.goto(page.url());
    expect((await Promise.all([another.waitForNavigation(), button(another, 'Pay 50.00').click()]))[0]?.status()).toBe(
      403,
    );
    await another.getByText('Nothing was paid. Expected of the approval: sid is the session').waitFor();
    await checkPage(another, PHONE);
    expect(await pay(page)).toMatchObject({ sub: customer.identityId });
    expect(stack.appUrl).toBe(new URL(page.url()).origin);
  });

  test('wrong codes block, a decline ends, and a stranger is led to the sign-in', async () => {
    const { open } = stage();
    const { page, customer } = await newPayer(stage());
    await sendMoney(stage(), page);
    await press(page, 'Decline this payment');
    await page.getByText('You have declined this payment.').waitFor();
    await checkPage(page, PHONE);
    await press(page, 'Try again');
    await press(page, 'Send a code to');
    const wrong = (await codeOn(customer)).replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
    for (let tries = 0; tries < 5; tries += 1) {
      if (tries === 4) await checkPage(page, PHONE);
      await page.getByLabel('Code from the message').fill(wrong);
      await press(page, 'Approve this payment');
    }
    await page.getByRole('heading', { name: 'The payment was not approved' }).waitFor();
    await checkPage(page, PHONE);
    await sendMoney(stage(), page);
    await page.getByRole('heading', { name: 'You cannot approve payments right now' }).waitFor();
    await checkPage(page, PHONE);
    const { page: strange } = await open(PHONE);
    expect((await strange.goto(page.url()))?.status()).toBe(401);
    await checkPage(strange, PHONE);
  });
}
