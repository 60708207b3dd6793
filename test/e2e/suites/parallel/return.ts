import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signIn } from '../../../../sandbox/kratos/client/flows.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { linkOn } from '../../support/pages.ts';
import type { World } from '../../support/world.ts';

/** The URL to which a person returns after Jumio: `return_to`. */
export function returnCases(world: () => World): void {
  async function approved(returnTo: string | undefined) {
    const { stack } = world();
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(returnTo), { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    return person.browser.get(`${stack.verifyUrl}/jumio/status`);
  }

  test('return_to of the application’s link is kept over Jumio: the status page leads there', async () => {
    const deep = `${world().stack.appUrl}/deep/er?basket=1&step=2#end`;
    expect(linkOn(await approved(deep))).toBe(deep);
  });

  test('return_to is kept over the sign-in of an unauthenticated person', async () => {
    const { stack } = world();
    const deep = `${stack.appUrl}/deep`;
    const [{ credentials }, browser] = [await newPerson(stack), createBrowser()];
    const wanted = `${stack.verifyUrl}/jumio/verify?${new URLSearchParams({ return_to: deep }).toString()}`;
    const login = new URL(linkOn(await browser.get(wanted)) ?? '');
    expect(login.href).toContain(`${stack.kratos.publicUrl}/self-service/login/browser?`);
    const returnTo = login.searchParams.get('return_to') ?? '';
    const { location = '' } = await signIn(stack.kratos, credentials, { as: 'browser', browser, returnTo });
    expect(location).toBe(wanted);
    const hosted = await browser.submit(await browser.get(location), {}, { follow: true });
    const back = await browser.submit(hosted, { outcome: 'pass' }, { follow: true });
    expect(linkOn(back)).toBe(deep);
  });

  test('return_to of the sign-up flow, which leads past our page, is where the status page leads', async () => {
    const { stack } = world();
    const returnTo = `${stack.appUrl}/basket`;
    const person = await newPerson(stack, { browser: createBrowser(), returnTo });
    expect(person.location).toBe(returnTo);
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    expect(linkOn(await person.browser.get(`${stack.verifyUrl}/jumio/status`))).toBe(returnTo);
  });

  test.each([
    ['another host', () => 'https://evil.example/deep'],
    ['no scheme', () => '//evil.example/deep'],
    ['a script', () => 'javascript:alert("evil.example")'],
    ['the application’s name as a part of another', (app: string) => `${app}.evil.example/`],
    ['the application’s name as a user name', (app: string) => `${app.replace('//', '//evil.example@')}/`],
    ['a backslash', (app: string) => `${app.replace('//', '//evil.example\\')}/`],
    ['two values', (app: string) => `${app}/ https://evil.example/`],
  ])('a return_to with %s is ignored: the status page leads to the default', async (_what, returnTo) => {
    const { appUrl, verifyUrl } = world().stack;
    const page = await approved(returnTo(appUrl));
    expect(page.text).not.toContain('evil');
    expect(linkOn(page)).toBe(`${appUrl}/`);
    expect(page.url.startsWith(verifyUrl)).toBe(true);
  });

  test('a return_to in the form is validated again', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    const hosted = await person.browser.submit(page, { return_to: 'https://evil.example/' }, { follow: true });
    await person.choose(hosted, { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    const status = await person.browser.get(`${stack.verifyUrl}/jumio/status`);
    expect(linkOn(status)).toBe(`${stack.appUrl}/`);
  });
}
