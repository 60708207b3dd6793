import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { whoami } from '../../../../sandbox/kratos/client/flows.ts';
import { firstForm } from '../../../../sandbox/kratos/client/forms.ts';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { sentenceOn } from '../../support/pages.ts';
import { eventually, type World } from '../../support/world.ts';

const WAITS = 'Everything is ready. The check usually takes less than five minutes.';

const VERIFIED = 'Thank you. There is nothing else you need to do.';

/** The hand-over cookie: for people who return from Jumio after their session has ended. */
export function handOverCases(world: () => World): void {
  const status = () => `${world().stack.verifyUrl}/jumio/status`;

  /** A person who has left for Jumio, and whose session has ended since. */
  async function withoutSession() {
    const { stack } = world();
    const person = await newPerson(stack);
    const hosted = await person.goToJumio();
    expect(hosted.url).toContain(stack.jumioUrl);
    const url = `${stack.kratos.adminUrl}/admin/identities/${person.identityId}/sessions`;
    expect((await send({ method: 'DELETE', url })).status).toBe(204);
    expect((await whoami(stack.kratos, person)).status).toBe(401);
    return { person, hosted };
  }

  test('a person whose session ended while they were at Jumio sees their status by the hand-over cookie, and signs in for anything else', async () => {
    const { person, hosted } = await withoutSession();
    expect(sentenceOn(await person.browser.get(status()))).toMatch(/^If you left before the end/);
    expect((await person.browser.get(`${world().stack.verifyUrl}/jumio/verify`)).status).toBe(401);
    await person.choose(hosted, { outcome: 'pass' });
    await eventually(async () => expect(sentenceOn(await person.browser.get(status()))).toBe(VERIFIED));
  });

  test('the hand-over cookie gives access to nothing else: it goes to no other host, and is no session', async () => {
    const { stack } = world();
    const { browser } = (await withoutSession()).person;
    const sent = async (url: string) => (await browser.cookies(url)).includes('jumio_handover=');
    expect(await sent(status())).toBe(true);
    for (const url of [stack.kratos.publicUrl, stack.appUrl]) expect([url, await sent(url)]).toEqual([url, false]);
    const hook = await browser.post(`${stack.verifyUrl}/jumio/validate`, { json: {} });
    expect(hook.status).toBe(401);
  });

  test('the hand-over cookie opens the pages of one identity: changed by a character it opens none', async () => {
    const [{ person }, other] = [await withoutSession(), await newPerson(world().stack)];
    const genuine = await person.browser.cookies(status());
    const visit = (cookie: string) => send({ method: 'GET', url: status(), headers: { cookie } });
    expect((await visit(genuine)).status).toBe(200);
    const forgeries = [
      genuine.replace(person.identityId, other.identityId),
      genuine.replace(/(jumio_handover=[^;]{70})(.)/, (_, before, at) => `${before}${at === 'A' ? 'B' : 'A'}`),
      genuine.replace(/(jumio_handover=[^;]{50})[^;]+/, '$1'),
    ];
    for (const forged of forgeries) {
      expect(forged).not.toBe(genuine);
      expect((await visit(forged)).status).toBe(401);
    }
  });

  test('a session of another identity beside the hand-over cookie is announced once, and then takes precedence', async () => {
    const { stack } = world();
    const first = await newPerson(stack);
    await first.choose(await first.goToJumio(), { outcome: 'pass' });
    await first.waitFor({ status: 'approved' });
    expect(sentenceOn(await first.browser.get(status()))).toBe(VERIFIED);
    await first.browser.get(`${stack.appUrl}/logout`, { follow: true });
    const second = await newPerson(stack, { browser: first.browser });
    const page = await second.browser.get(status());
    expect([page.status, sentenceOn(page)]).toEqual([409, expect.stringMatching(/^Sign out in this browser/)]);
    expect(page.text).not.toContain(VERIFIED);
    expect(sentenceOn(await second.browser.get(status()))).toBe(WAITS);
  });

  test('a browser without cookies is asked to sign in, and returns to the page', async () => {
    const { stack } = world();
    const page = await createBrowser().get(status());
    expect(page.status).toBe(401);
    expect(page.text).toContain(encodeURIComponent(`${stack.verifyUrl}/jumio/verify`));
    expect(page.headers['set-cookie'] ?? []).toEqual([]);
  });

  test('after a refusal nothing leads to Jumio until the person consents', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    const fields = firstForm(page.text, page.url).fields;
    const refused = await person.browser.post(
      `${stack.verifyUrl}/jumio/decline`,
      { form: { ...fields, consent: '' } },
      { follow: true },
    );
    expect(refused.text).toContain('You have not agreed');
    const unasked = await person.browser.submit(page, { consent: '' }, { follow: true });
    expect(unasked.url).toBe(`${stack.verifyUrl}/jumio/verify`);
    expect((await person.goToJumio()).url).toContain(stack.jumioUrl);
  });
}
