import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Environment } from '../../../webhook/config/problem.ts';
import type { Reason } from '../../../webhook/model.ts';
import { decide, hasAgreed, signedUp } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { HOSTED_PAGE } from '../../support/logs/canaries.ts';
import { eventually, recordOf, signUp, untilStatus, withShortWaits } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const strict = readFileSync(new URL('../../../docs/examples/policy.strict.yaml', import.meta.url), 'utf8');

const message = z.object({
  id: z.number(),
  text: z.string(),
  context: z.strictObject({ status: z.string(), url: z.string().optional(), expires_at: z.string().optional() }),
});

const refusal = z.object({ messages: z.tuple([z.object({ messages: z.tuple([message]) })]) });

/** The message of a refused sign-in, its address replaced by `<url>`. */
async function refused(service: TestService, id: string, language = 'en') {
  const copy = { metadata_public: { jumio: service.kratos.copies.get(id) } };
  const answer = await validate(service, { kratos_identity_id: id, accept_language: language, ...copy });
  expect(answer.statusCode).toBe(403);
  const { id: messageId, text, context } = refusal.parse(answer.json()).messages[0].messages[0];
  const { url = 'https://none.example' } = context;
  return { id: messageId, status: context.status, url: context.url, text: text.replace(url, '<url>') };
}

/** A person whom Jumio rejected for this reason, after they had agreed. */
async function rejected(reason: Reason, env: Environment = {}) {
  const service = await testService({ env });
  const person = await signedUp(service);
  await hasAgreed(service, person);
  await decide(service, person.id, 'REJECTED', reason);
  return { service, ...person };
}

/** Opens the address of a refusal in a browser without a session, and presses its button. */
async function follow(service: TestService, url = '') {
  const { pathname, search } = new URL(url);
  const browser = openBrowser(service);
  const entered = await browser.press(`${pathname}${search}`);
  return { browser, page: await browser.get(entered.location ?? '') };
}

describe('rejected for a reason that the person can act on, where pages are configured', () => {
  it('the refusal says what was wrong and where to try again, and the address leads to another try', async () => {
    const { service, id } = await rejected('unreadable');
    const { url, ...rest } = await refused(service, id);
    expect(rest).toEqual({
      id: 4990001,
      status: 'rejected',
      text: 'We could not read your document. You can fix this here within the next ten minutes: <url>',
    });
    const { browser, page } = await follow(service, url);
    expect(page.to).toBe('/jumio/verify');
    const pressed = await browser.post(page.fields, page.to);
    expect([pressed.status, pressed.location?.startsWith(HOSTED_PAGE)]).toEqual([303, true]);
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(403);
  });

  it.each([
    ['de', 'expired_document', /^Ihr Ausweis ist abgelaufen oder läuft zu bald ab\. .+: <url>$/],
    ['fr', 'unsupported_document', /^Nous ne pouvons pas accepter ce type de document\. .+\u00a0: <url>$/],
    ['es', 'not_finished', /^Faltan pasos en su verificación de identidad\. .+: <url>$/],
  ] as const)('in %s the refusal for %s is one order', async (language, reason, text) => {
    const { service, id } = await rejected(reason, { SUPPORT_ADDRESS: 'help@acme.example' });
    expect((await refused(service, id, language)).text).toMatch(text);
  });

  it('while Jumio checks the next try, the refusal says so and leads to the page that waits', async () => {
    const { service, id, browser } = await rejected('unreadable');
    await browser.press();
    const execution = service.jumio.latest(id);
    execution.status = 'ACQUIRED';
    await callback(service, callbackOf(execution, 'ACQUIRED'));
    await eventually(async () => expect((await recordOf(service, id)).identity.attemptWaitsOn).toBe('jumio'));
    const { url, text } = await refused(service, id);
    expect(text).toBe('Your identity check is in progress. You can follow it here for the next ten minutes: <url>');
    const { page } = await withShortWaits(service, () => follow(service, url));
    expect(page.body).toContain('data-poll');
  });

  it.each(['other', undefined] as const)('a rejection for the reason %s has no way on', async (reason) => {
    const { service, id } = await rejected(reason ?? 'other');
    const { url, text } = await refused(service, id);
    expect([url, text]).toEqual([undefined, expect.stringMatching(/^You cannot sign in because we could not verify/)]);
  });

  it('without pages the refusal is that of the published integration', async () => {
    const without = { PUBLIC_URL: undefined, KRATOS_PUBLIC_URL: undefined, HANDOVER_SECRET: undefined };
    const service = await testService({ env: without });
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'REJECTED', 'unreadable');
    expect(await refused(service, id)).toMatchObject({ id: 4990001, url: undefined });
  });

  it('the text that a rule names stays', async () => {
    const POLICY =
      'rules: [{ when: { status: rejected }, then: block_with_way_on, text: unverified }, { then: allow }]';
    const { service, id } = await rejected('unreadable', { POLICY });
    const { id: messageId, text } = await refused(service, id);
    expect([messageId, text]).toEqual([4990003, expect.stringMatching(/^You can sign in once .+<url>$/)]);
  });
});

describe('the strict example leads everybody on who can do something', () => {
  it('pending: to the consent, and so to Jumio', async () => {
    const service = await testService({ env: { POLICY: strict } });
    const { id } = await signedUp(service);
    const { url, status } = await refused(service, id);
    expect(status).toBe('pending');
    expect((await follow(service, url)).page.to).toBe('/jumio/verify');
  });

  it('never asked: to the consent', async () => {
    const service = await testService({ env: { POLICY: strict } });
    const { url, status } = await refused(service, randomUUID());
    expect(status).toBe('none');
    expect((await follow(service, url)).page.to).toBe('/jumio/verify');
  });

  it('processing: to the page that waits', async () => {
    const service = await testService({ env: { POLICY: strict } });
    const person = await signedUp(service);
    await hasAgreed(service, person);
    const execution = service.jumio.latest(person.id);
    execution.status = 'ACQUIRED';
    await callback(service, callbackOf(execution, 'ACQUIRED'));
    await untilStatus(service, person.id, 'processing');
    const { url, text } = await refused(service, person.id);
    expect(text).toMatch(/in progress.+<url>$/);
    const { page } = await withShortWaits(service, () => follow(service, url));
    expect([page.to, page.body.includes('data-poll')]).toEqual([undefined, true]);
  });

  it('expired: to another start', async () => {
    const service = await testService({ env: { POLICY: strict } });
    const { id } = await signedUp(service);
    const execution = service.jumio.latest(id);
    execution.status = 'SESSION_EXPIRED';
    await callback(service, callbackOf(execution, 'SESSION_EXPIRED'));
    await untilStatus(service, id, 'expired');
    const { url } = await refused(service, id);
    expect((await follow(service, url)).page.to).toBe('/jumio/verify');
  });

  it('rejected for an unreadable photo: to another try; for good, and in review: nowhere', async () => {
    const { service, id } = await rejected('unreadable', { POLICY: strict });
    expect((await refused(service, id)).text).toMatch(/^We could not read your document/);
    const forGood = await rejected('other', { POLICY: strict });
    expect((await refused(forGood.service, forGood.id)).url).toBeUndefined();
    const inReview = await testService({ env: { POLICY: strict } });
    const person = await signedUp(inReview);
    await decide(inReview, person.id, 'WARNING');
    expect(await refused(inReview, person.id)).toMatchObject({ id: 4990002, url: undefined });
  });
});
