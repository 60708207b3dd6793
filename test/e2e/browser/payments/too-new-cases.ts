import { expect, test } from 'vitest';
import { z } from 'zod';
import { recover } from '../../../../sandbox/kratos/client/flows.ts';
import { csrfTokenOf, readFlow } from '../../../../sandbox/kratos/client/forms.ts';
import { newNumber } from '../../../../sandbox/scenarios/customer.ts';
import type { Person } from '../../../../sandbox/scenarios/person.ts';
import { codeOf, secretIn } from '../../support/second-factor.ts';
import { checkPage } from '../page-check.ts';
import type { BrowserStage } from '../stage.ts';
import { PHONE } from '../window.ts';
import { approveByCode, button, DAY_S, MINUTE_S, newPayer, oldPayer, pay, press, sendMoney } from './payer.ts';

const TOO_NEW = 'One way to approve is too new and can be used from';

const AGAIN = 'Before you can approve, please enter your password again.';

const session = z.object({
  authenticator_assurance_level: z.string(),
  authentication_methods: z.array(z.object({ method: z.string() })),
});

const JSON_HEADERS = { accept: 'application/json' };

/** Enrols an authenticator app in the session of a person; returns what Kratos says of that session then. */
async function enrolTotp({ stack: { kratos } }: BrowserStage, { browser }: Person) {
  const settings = `${kratos.publicUrl}/self-service/settings/browser`;
  const answer = await browser.get(settings, { headers: JSON_HEADERS });
  const flow = readFlow(answer);
  const form = { method: 'totp', totp_code: codeOf({ secret: secretIn(answer) }), csrf_token: csrfTokenOf(flow) };
  await browser.post(flow.ui.action, { form });
  const whoami = await browser.get(`${kratos.publicUrl}/sessions/whoami`, { headers: JSON_HEADERS });
  return session.parse(whoami.json());
}

/** What somebody can set up who has got into an account, or into a session. */
export function tooNewCases(stage: () => BrowserStage): void {
  test('an authenticator app that is enrolled in a session shows nothing: the password must be entered again', async () => {
    const { page, customer, records } = await newPayer(stage());
    const enrolled = await enrolTotp(stage(), customer);
    expect(enrolled.authenticator_assurance_level).toBe('aal2');
    expect(enrolled.authentication_methods.map(({ method }) => method)).toEqual(['password', 'totp']);
    records.agePassword(customer, 10 * MINUTE_S);
    await sendMoney(stage(), page);
    await page.getByText(AGAIN).waitFor();
    expect(await button(page, 'Send a code to').count()).toBe(0);
    expect(await customer.messages()).toEqual([]);
  });

  test('after a recovery with a new password nobody pays for a day', async () => {
    const { stack, open } = stage();
    const old = await oldPayer(stage());
    const { customer, records } = old;
    const { browser, location = '' } = await recover(stack.kratos, customer.identityId, { as: 'browser' });
    const window = await open(PHONE, { ...customer, browser });
    const { page } = window;
    await page.goto(location);
    const password = 'another-horse-9-battery';
    await page.getByLabel('New password').fill(password);
    await checkPage(page, PHONE);
    await press(page, 'Change the password');
    await page.getByText('Your changes have been saved').waitFor();
    // The recovered session shows no password, and a sign-in with the new one shows one that is too new.
    await sendMoney(stage(), page);
    await page.getByText(AGAIN).waitFor();
    const paying = page.url();
    await page.getByRole('link', { name: 'Enter your password again' }).click();
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in');
    expect(page.url()).toBe(paying);
    await page.getByText(TOO_NEW).waitFor();
    await page.getByText('There is no way for you to approve this payment right now.').waitFor();
    expect(await button(page, 'Send a code to').count()).toBe(0);
    await checkPage(page, PHONE);
    records.ageAccount(customer, DAY_S - 5 * MINUTE_S);
    await page.reload();
    await page.getByText(TOO_NEW).waitFor();
    records.ageAccount(customer, 5 * MINUTE_S);
    await page.reload();
    await approveByCode(stage(), { ...old, page, window });
    expect(await pay(page)).toMatchObject({ amr: ['pwd', 'sms', 'otp', 'mfa'] });
  });

  test('a phone number that was changed gets no code for a day', async () => {
    const { stack } = stage();
    const payer = await oldPayer(stage());
    const { page, customer, records } = payer;
    const number = newNumber();
    const mistyped = await customer.browser.post(`${stack.appUrl}/send/phone`, { form: { phone: '+49 12' } });
    expect([mistyped.status, mistyped.text]).toEqual([400, expect.stringContaining('This is no mobile number.')]);
    const changed = await customer.browser.post(`${stack.appUrl}/send/phone`, { form: { phone: number } });
    expect(changed.status).toBe(303);
    await sendMoney(stage(), page);
    await page.getByText(TOO_NEW).waitFor();
    expect(await button(page, 'Send a code to').count()).toBe(0);
    expect(await customer.messages()).toEqual([]);
    records.ageAccount(customer, DAY_S);
    await page.reload();
    await button(page, `Send a code to +49…${number.slice(-3)}`).waitFor();
  });
}
