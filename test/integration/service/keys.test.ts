import { createHmac, randomUUID } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import { describe, expect, it } from 'vitest';
import { readReference } from '../../../webhook/verification/execution/index.ts';
import { decide, signedUp } from '../../support/builders/people.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';
import { HOUR, SECOND } from '../../support/service/shifted-clock.ts';

const NAME = '__Host-jumio_handover';

/** The service has read the keys anew. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 2_100));

/** The status of a page for a browser with this cookie only. */
async function statusWith({ app }: TestService, cookie: string): Promise<number> {
  return (await app.inject({ url: '/jumio/status', headers: { cookie } })).statusCode;
}

/** A person who has left for Jumio, and their hand-over cookie. */
async function left(service: TestService) {
  const person = await signedUp(service);
  await person.browser.press();
  const cookies = await person.browser.jar.getCookies(`${PUBLIC_URL}/jumio/status`);
  const value = cookies.find(({ key }) => key === NAME)?.value ?? '';
  return { ...person, cookie: `${NAME}=${value}` };
}

describe('the keys of a running service', () => {
  it('a hand-over cookie that was signed with the key of the references, or one derived from it, is refused', async () => {
    const service = await testService();
    const { cookie } = await left(service);
    expect(await statusWith(service, cookie)).toBe(200);
    const stored = await service.ctx.ledger.keys.ring(service.clock.now());
    const text = decodeURIComponent(cookie)
      .slice(NAME.length + 1)
      .split('.')
      .slice(0, 5)
      .join('.');
    const genuine = new Signer([...stored.cookies]).sign(text);
    expect(await statusWith(service, `${NAME}=${encodeURIComponent(genuine)}`)).toBe(200);
    const { subjectKey } = service.ctx.ledger;
    for (const key of [subjectKey, Buffer.from(createHmac('sha256', subjectKey).update('cookie').digest('hex'))]) {
      const forged = new Signer([key]).sign(text);
      expect(await statusWith(service, `${NAME}=${encodeURIComponent(forged)}`)).toBe(401);
    }
  });

  it('after a rotation cookies, forms and references of before are valid, and new ones carry the new keys, without a restart', async () => {
    const service = await testService();
    const { id, browser, cookie } = await left(service);
    const { fields } = await browser.get('/jumio/verify');
    const before = await service.ctx.ledger.keys.ring(service.clock.now());
    expect((await runCli(service, ['keys', 'rotate', '--by', 'ann'])).code).toBe(0);
    await pause();
    service.clock.advance(10 * SECOND);
    expect(await statusWith(service, cookie)).toBe(200);
    expect((await browser.post(fields)).location).toBe(service.jumio.latest(id).link);
    const old = service.jumio.latest(id).reference;
    expect(readReference([before.references.signing], old)).toBeDefined();
    await decide(service, id, 'PASSED');
    const next = randomUUID();
    const { reference } = await signUp(service, next);
    expect(readReference([before.references.signing], reference)).toBeUndefined();
    expect((await callback(service, callbackOf(service.jumio.latest(next)))).statusCode).toBe(200);
    const { cookie: newer } = await left(service);
    const { cookies } = await service.ctx.ledger.keys.ring(service.clock.now());
    const signed = decodeURIComponent(newer).slice(NAME.length + 1);
    expect(new Signer(cookies[0] ?? '').unsign(signed).valid).toBe(true);
    expect(new Signer([...before.cookies]).unsign(signed).valid).toBe(false);
  });

  it('after a rotation for a leak a cookie that the old key signs is refused, and a callback of before is taken', async () => {
    const service = await testService();
    const { id, cookie } = await left(service);
    expect(await statusWith(service, cookie)).toBe(200);
    expect((await runCli(service, ['keys', 'rotate', '--by', 'ann', '--leaked'])).code).toBe(0);
    await pause();
    expect(await statusWith(service, cookie)).toBe(401);
    await decide(service, id, 'PASSED');
    expect((await recordOf(service, id)).identity.status).toBe('approved');
  });

  it('an execution that is read again after its key has ended is still recognised as ours', async () => {
    const service = await testService();
    const { id } = await left(service);
    await decide(service, id, 'PASSED');
    await runCli(service, ['keys', 'rotate', '--by', 'ann']);
    await pause();
    service.clock.advance(2 * HOUR);
    const execution = service.jumio.latest(id);
    // The first look after the hour ends the old key, which no execution needs.
    await pause();
    await callback(service, callbackOf(execution));
    await expect
      .poll(async () => (await service.ctx.ledger.events(null)).map(({ kind }) => kind), { timeout: 10_000 })
      .toContain('key_ended');
    await pause();
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(401);
    await runCli(service, ['recheck', id, '--force']);
    service.worker.wake();
    await untilStatus(service, id, 'approved');
    expect((await service.ctx.ledger.events(id)).map(({ kind }) => kind)).not.toContain('foreign_result');
  });
});
