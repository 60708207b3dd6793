import { expect, test } from 'vitest';
import { z } from 'zod';
import { send } from '../../../../sandbox/kratos/loopback.ts';
import { lookAt } from '../look.ts';
import * as scenes from '../scenes.ts';
import type { Stage } from '../stage.ts';
import { pressAction } from '../steps.ts';
import { DESKTOP, PHONE } from '../window.ts';

const handedOver = z.object({ url: z.string() });

/** Every dead end has a page, and a way on. */
export function deadEndCases(stage: () => Stage): void {
  async function oneTimeAddress(identityId: string): Promise<string> {
    const { place, verifyUrl } = stage();
    const headers = { authorization: `Bearer ${place.env.HANDOVER_SECRET}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ kratos_identity_id: identityId });
    const answer = await send({ method: 'POST', url: `${verifyUrl}/jumio/handover`, headers, body });
    return handedOver.parse(answer.json()).url;
  }

  test.each([
    ['Kratos is down', { KRATOS_PUBLIC_URL: 'http://kratos.demo.localhost:9' }, 503],
    ['pages are not configured', { KRATOS_PUBLIC_URL: '' }, 404],
  ])('%s', async (_what, env, status) => {
    const { open, beside } = stage();
    const url = await beside({ HANDOVER_SECRET: '', ...env });
    const person = await scenes.signedUp(stage());
    for (const eyes of [PHONE, DESKTOP]) {
      const { page } = await open(eyes, person);
      expect((await page.goto(`${url}/jumio/verify`))?.status()).toBe(status);
      await lookAt(page, eyes);
    }
  });

  test('a page that was open for too long', async () => {
    const { open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await page.context().clearCookies({ name: 'jumio_csrf' });
    await pressAction(page);
    await lookAt(page, PHONE);
    await pressAction(page);
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
  });

  test('a one-time address opens the pages of its person once; afterwards, and with a character changed, it opens none', async () => {
    const { open, verifyUrl } = stage();
    const { identityId } = await scenes.signedUp(stage());
    const address = await oneTimeAddress(identityId);
    const { page } = await open(PHONE);
    await page.goto(address);
    await lookAt(page, PHONE);
    await pressAction(page);
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
    const second = await open(DESKTOP);
    await second.page.goto(address);
    await pressAction(second.page);
    await lookAt(second.page, DESKTOP);
  });

  test('a one-time address of somebody else than is signed in', async () => {
    const { open } = stage();
    const [person, other] = [await scenes.signedUp(stage()), await scenes.signedUp(stage())];
    const { page } = await open(PHONE, other);
    await page.goto(await oneTimeAddress(person.identityId));
    await pressAction(page);
    await page.getByText('Somebody else is signed in').waitFor();
    await lookAt(page, PHONE);
  });
}
