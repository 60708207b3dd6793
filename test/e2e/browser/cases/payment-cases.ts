import { hash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { checkInEveryLanguage } from '../languages.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { animation } from '../steps.ts';
import { PHONE, VISITORS } from '../window.ts';

const CLIENT = { id: 'bank-web', secret: 'the-client-of-the-browser-secret-0001' };

const RETURN = 'https://app.example.com';

/** An application whose payers approve with their face. */
export const PAYMENTS = JSON.stringify({
  clients: {
    [CLIENT.id]: {
      name: 'Harbour Pay',
      secret_hashes: [`sha256:${hash('sha256', CLIENT.secret, 'hex')}`],
      redirect_uris: [`${RETURN}/paid`],
      factors: ['face'],
    },
  },
  face: { workflow_key: '10014' },
  // The stand-in for Kratos does not say how old a password is.
  cooling_off: 0,
});

const PAYMENT = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '50.00' },
  creditorName: 'John Doe',
  creditorAccount: { iban: 'DE02100100109307118603' },
};

const recorded = z.object({ url: z.url() });

/** Records a payment of a person; returns the address of its page. */
async function record({ verifyUrl }: BrowserStage, sub: string): Promise<string> {
  const body = JSON.stringify({ sub, redirect_uri: `${RETURN}/paid`, authorization_details: [PAYMENT] });
  const authorization = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const answer = await send({ method: 'POST', url: `${verifyUrl}/transactions`, headers, body });
  return recorded.parse(answer.json()).url;
}

/** The page of a payment that is approved with the face. */
export function paymentCases(stage: () => BrowserStage): void {
  test('the page waits while Jumio compares the face, and then leads back', async () => {
    const { jumio, stack, open, reuse } = stage();
    const person = await scenes.verified(stage());
    const url = await record(stage(), person.identityId);
    const hosted = await person.browser.submit(await person.browser.get(url), {}, { follow: true });
    expect(hosted.url).toContain(stack.jumioUrl);
    await jumio.post('settings', { processingSeconds: 600 });
    const { url: back } = await person.choose(hosted, { outcome: 'pass' });
    expect(back).toContain(`${url}?acquisitionStatus=SUCCESS`);
    expect(await checkInEveryLanguage(stage(), back, { person })).toBe('a');
    // These windows would follow what happens next.
    for (const visitor of VISITORS) await reuse(visitor);

    const { page, problems } = await open(PHONE, person);
    await page.route(`${RETURN}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>paid</title>' }),
    );
    await page.goto(back);
    expect(await animation(page, 'no-preference')).toBe('turn');
    expect(await animation(page, 'reduce')).toBe('none');
    await jumio.advance(600);
    await page.waitForURL(`${RETURN}/paid?transaction=${url.split('/').at(-1)}`);
    expect(problems.splice(0)).toEqual([`request to ${RETURN}`]);
  });
}
