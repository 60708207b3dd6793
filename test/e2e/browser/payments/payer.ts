import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Customer, newCustomer } from '../../../../sandbox/scenarios/customer.ts';
import { approvalOn } from '../../../../sandbox/scenarios/payments.ts';
import { type KratosRecords, kratosRecords } from '../../support/kratos-records.ts';
import type { BrowserStage } from '../stage.ts';
import { leads } from '../steps.ts';
import { type BrowserWindow, PHONE } from '../window.ts';

export const [MINUTE_S, DAY_S] = [60, 86_400];

/** A customer of the bank at a browser, and what Kratos keeps of them. */
export interface Payer {
  readonly customer: Customer;
  readonly window: BrowserWindow;
  readonly page: Page;
  readonly records: KratosRecords;
}

/** A new customer in a window with their session. */
export async function newPayer(stage: BrowserStage): Promise<Payer> {
  return payerOf(stage, await newCustomer(stage.stack));
}

/** A customer in a window with their session. */
export async function payerOf(stage: BrowserStage, customer: Customer): Promise<Payer> {
  const window = await stage.open(PHONE, customer);
  return { customer, window, page: window.page, records: kratosRecords(stage.stack.kratos) };
}

/** A new customer whose account is old, with all that is in it. */
export async function oldPayer(stage: BrowserStage): Promise<Payer> {
  const payer = await newPayer(stage);
  payer.records.ageAccount(payer.customer, 2 * DAY_S);
  return payer;
}

/** A button of a page, by its text or the start of it. */
export function button(page: Page, name: string) {
  return page.getByRole('button', { name });
}

/** Presses a button that leads to another page. */
export function press(page: Page, name: string): Promise<void> {
  return leads(page, () => button(page, name).click());
}

/** Records a payment at the bank, and waits for the page of the service. */
export async function sendMoney({ stack }: BrowserStage, page: Page): Promise<void> {
  await page.goto(`${stack.appUrl}/send`);
  await leads(page, () => page.getByRole('button', { name: 'Send money', exact: true }).click());
  expect(page.url()).toContain(`${stack.verifyUrl}/approve/`);
  await page.getByText('DE02 1001 0010 9307 1186 03').waitFor();
}

/** The newest code on the phone of a customer. */
export async function codeOn(customer: Customer): Promise<string> {
  return (await customer.messages()).at(-1)?.code ?? '';
}

/** Approves by a code; the bank's page follows. */
export async function approveByCode({ stack }: BrowserStage, { page, customer }: Payer): Promise<void> {
  await press(page, 'Send a code to');
  await page.getByLabel('Code from the message').fill(await codeOn(customer));
  await press(page, 'Approve this payment');
  expect(page.url()).toContain(`${stack.appUrl}/send/return?transaction=`);
}

/** Lets the bank pay, and returns the approval on its receipt. */
export async function pay(page: Page) {
  await press(page, 'Pay 50.00 EUR');
  await page.getByRole('heading', { name: 'Receipt' }).waitFor();
  return approvalOn({ text: await page.content(), url: page.url() });
}
