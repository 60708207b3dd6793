import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newCredentials, newPerson } from '../../../../sandbox/scenarios/person.ts';
import { sentenceOn } from '../../support/pages.ts';
import { eventually, type World } from '../../support/world.ts';

/** The secret of the back ends in these tests. */
export const HANDOVER_SECRET = 'e2e-handover-secret-0001';

const status = z.object({ status: z.string(), next: z.string(), retry_after: z.number() }).loose();

const needed = z.object({ code: z.literal('consent-needed'), consent: z.object({ text_version: z.string() }).loose() });

const link = z.object({ url: z.url() });

/** Applications without a cookie: a native one with its session token, and a back end that has checked a session. */
export function applicationCases(world: () => World): void {
  const json = (path: string, headers: Record<string, string>, body?: unknown) =>
    send({
      method: body === undefined ? 'GET' : 'POST',
      url: `${world().stack.verifyUrl}${path}`,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('a native application goes from sign-up to the verdict with its session token alone', async () => {
    const { stack } = world();
    const { sessionToken = '' } = await signUp(stack.kratos, newCredentials('native'), { as: 'api' });
    const token = { 'x-session-token': sessionToken };
    await eventually(async () => {
      const seen = status.parse((await json('/jumio/status', token)).json());
      expect(seen).toMatchObject({ status: 'pending', next: 'verify' });
    });
    const { consent } = needed.parse((await json('/jumio/verify', token, {})).json());
    const agreed = { consent: { text_version: consent.text_version } };
    const { url } = link.parse((await json('/jumio/verify', token, agreed)).json());
    expect(url).toContain(stack.jumioUrl);
    const browser = createBrowser();
    await browser.submit(await browser.get(url, { follow: true }), { outcome: 'pass' });
    await eventually(async () => {
      const seen = status.parse((await json('/jumio/status', { authorization: `Bearer ${sessionToken}` })).json());
      expect(seen).toMatchObject({ status: 'approved', next: 'continue' });
    });
    expect((await json('/jumio/status', { 'x-session-token': `${sessionToken}x` })).status).toBe(401);
  });

  test('a back end hands its person to a browser that has no session, once', async () => {
    const { stack } = world();
    const { identityId } = await newPerson(stack);
    const bearer = { authorization: `Bearer ${HANDOVER_SECRET}` };
    const { url } = link.parse((await json('/jumio/handover', bearer, { kratos_identity_id: identityId })).json());
    const [browser, late] = [createBrowser(), createBrowser()];
    const page = await browser.submit(await browser.get(url), {}, { follow: true });
    expect([page.status, page.url]).toEqual([200, `${stack.verifyUrl}/jumio/verify`]);
    expect((await browser.get(`${stack.verifyUrl}/jumio/status`)).status).toBe(200);
    expect((await late.submit(await late.get(url))).status).toBe(410);
    expect((await late.get(`${stack.verifyUrl}/jumio/status`)).status).toBe(401);
    expect(sentenceOn(page)).toBeDefined();
  });

  test('a hand-over of an identity that Kratos does not have is refused', async () => {
    const bearer = { authorization: `Bearer ${HANDOVER_SECRET}` };
    const body = { kratos_identity_id: '9f425a8d-7efc-4768-8f23-7647a74fdf13' };
    expect((await json('/jumio/handover', bearer, body)).status).toBe(404);
    expect((await json('/jumio/handover', { authorization: 'Bearer wrong' }, body)).status).toBe(401);
  });
}
