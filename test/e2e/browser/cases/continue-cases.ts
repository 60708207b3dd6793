import { expect, test } from 'vitest';
import { startAdminProxy } from '../../../../sandbox/kratos/proxy.ts';
import { MANIPULATED } from '../../support/outcomes.ts';
import { onlyExecutionOf } from '../../support/world.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, onToJumio, pressAction } from '../steps.ts';
import { DESKTOP, FRENCH, PHONE } from '../window.ts';

/** A person continues to Jumio, after the state may have changed since the page was shown. */
export function continueCases(stage: () => BrowserStage): void {
  test('two devices, a phone and a desktop, lead to the same execution', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const links: string[] = [];
    for (const visitor of [PHONE, DESKTOP]) {
      const { page } = await open(visitor, person);
      await page.goto(`${verifyUrl}/jumio/verify`);
      await onToJumio(page, stack);
      links.push(page.url());
    }
    expect(new Set(links).size).toBe(1);
    await onlyExecutionOf(stage(), person);
  });

  test('a person verified meanwhile is led back to the application by the button, and not to Jumio', async () => {
    const { stack, jumio, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${stack.appUrl}/?from=jumio`)}`);
    const { id } = await onlyExecutionOf(stage(), person);
    await jumio.post(`executions/${id}/outcome`, { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    await pressAction(page);
    expect(page.url()).toBe(`${stack.appUrl}/?from=jumio`);
  });

  test('a person rejected meanwhile is informed by the button, and not led to Jumio', async () => {
    const { open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(FRENCH, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    const hosted = await person.goToJumio();
    await person.choose(hosted, MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    await pressAction(page);
    await page.getByText('Nous n’avons pas pu vérifier votre identité').waitFor();
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
  });

  test('a person who left Jumio half-way is led back to the same execution', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    const link = page.url();
    await choose(page, 'Abandon');
    await page.goto(`${verifyUrl}/jumio/status`);
    await page.getByText('Your identity check is not finished yet').waitFor();
    await onToJumio(page, stack);
    expect(page.url()).toBe(link);
  });

  test.each([PHONE, DESKTOP])(
    'a person who visited just before finishing waits for the next read, and is led on, in $language',
    async (visitor) => {
      const { stack, open, verifyUrl } = stage();
      const { page } = await open(visitor, await scenes.signedUp(stage()));
      await page.goto(`${verifyUrl}/jumio/verify`);
      await onToJumio(page, stack);
      const link = page.url();
      await page.goto(`${verifyUrl}/jumio/status`);
      await page.goto(link);
      await choose(page, 'Pass');
      await page.waitForURL(`${stack.appUrl}/`, { timeout: 30_000 });
      await page.getByText('Verified', { exact: true }).waitFor();
    },
  );

  test('Kratos goes down while a person is at Jumio: the hand-over cookie shows the result, and the person goes on when it is back', async () => {
    const { stack, open, beside } = stage();
    const kratos = await startAdminProxy(stack.kratos.publicLoopbackUrl);
    try {
      const url = await beside({ HANDOVER_SECRET: '', KRATOS_PUBLIC_URL: kratos.url });
      const { page } = await open(PHONE, await scenes.signedUp(stage()));
      await page.goto(`${url}/jumio/verify`);
      await onToJumio(page, stack);
      kratos.fault('whoami', '503', { times: 100 });
      await choose(page, 'Reject: unreadable photo');
      await page.getByText('could not be read').waitFor({ timeout: 30_000 });
      kratos.clearFaults();
      await onToJumio(page, stack);
      await choose(page, 'Pass');
      await page.waitForURL(`${stack.appUrl}/`, { timeout: 30_000 });
    } finally {
      await kratos.stop();
    }
  });
}
