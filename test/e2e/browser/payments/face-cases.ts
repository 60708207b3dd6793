import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { customerOf } from '../../../../sandbox/scenarios/customer.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { operate } from '../../support/operator.ts';
import { checkPage } from '../page-check.ts';
import type { BrowserStage } from '../stage.ts';
import { choose } from '../steps.ts';
import { PHONE } from '../window.ts';
import { approveByCode, button, MINUTE_S, newPayer, pay, payerOf, press, sendMoney } from './payer.ts';

const PRESS = 'Approve with your face';

/** Presses the button, and waits for Jumio's page; where Jumio took its time, the page of the payment has a link to it. */
async function toJumio({ stack }: BrowserStage, page: Page): Promise<void> {
  await press(page, PRESS);
  if (!page.url().startsWith(stack.jumioUrl))
    await page.getByRole('link', { name: 'Continue to the face check' }).click();
  await page.waitForURL(`${stack.jumioUrl}/**`);
}

/** The face, compared by the sandbox of Jumio, beside a password of which a real Kratos says how old it is. */
export function faceCases(stage: () => BrowserStage): void {
  test('a face that matches approves beside a password that was entered again, and the page leads back to the bank', async () => {
    const { stack } = stage();
    const { page, customer, records } = await newPayer(stage());
    records.agePassword(customer, 10 * MINUTE_S);
    await sendMoney(stage(), page);
    const opened = page.url();
    expect(await button(page, PRESS).count()).toBe(0);
    await page.getByRole('link', { name: 'Enter your password again' }).click();
    await page.getByLabel('Password').fill(customer.credentials.password);
    await press(page, 'Sign in');
    expect(page.url()).toBe(opened);
    await checkPage(page, PHONE);
    await toJumio(stage(), page);
    await choose(page, 'Pass');
    await page.waitForURL(`${stack.appUrl}/send/return?transaction=${opened.split('/').at(-1)}`);
    expect(await pay(page)).toMatchObject({
      sub: customer.identityId,
      amr: ['pwd', 'face', 'mfa'],
      authentication_factors: [{ knowledge: 'password' }, { inherence: 'face_external' }],
    });
    expect(await customer.messages()).toEqual([]);
  });

  test('a face of which Jumio warns approves nothing and changes no verification, and a code does', async () => {
    const { stack } = stage();
    const payer = await newPayer(stage());
    const { page, customer } = payer;
    const verified = await customer.readStatus();
    await sendMoney(stage(), page);
    const opened = page.url();
    await toJumio(stage(), page);
    await choose(page, 'Warn');
    await page.getByRole('alert').getByText('That did not work. The payment is not approved.').waitFor();
    await button(page, PRESS).waitFor();
    await checkPage(page, PHONE);
    const bank = `${stack.appUrl}/send/return?transaction=${opened.split('/').at(-1)}`;
    expect((await customer.browser.get(bank)).text).toContain('This payment is not approved yet.');
    expect(await customer.readStatus()).toEqual(verified);
    await approveByCode(stage(), payer);
    expect(await pay(page)).toMatchObject({ amr: ['pwd', 'sms', 'otp', 'mfa'] });
  });

  test('whom the operator approved, and not Jumio, is not offered to be compared: there is no face', async () => {
    const { stack } = stage();
    const person = await newPerson(stack);
    const override = ['override', person.identityId, '--approve', '--reason', 'seen_in_branch', '--by', 'ann', '--yes'];
    expect(await operate(stage(), override)).toMatchObject({ code: 0, err: '' });
    await person.waitFor({ status: 'approved', source: 'operator' });
    const { page } = await payerOf(stage(), await customerOf(stack, person));
    await sendMoney(stage(), page);
    await button(page, 'Send a code to').waitFor();
    await page.getByText('To approve with your face, your account needs').waitFor();
    expect(await button(page, PRESS).count()).toBe(0);
    await checkPage(page, PHONE);
  });
}
