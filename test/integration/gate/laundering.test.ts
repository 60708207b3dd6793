import { describe, expect, it } from 'vitest';
import { decide, signedUp, visitor } from '../../support/builders/people.ts';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { process } from '../../support/fakes/jumio.ts';
import { createFakeKratos, kratosDown } from '../../support/fakes/kratos.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';

const LIFETIME = DAY;

describe('rejections stay in force', () => {
  it('a correctable rejection, started again and abandoned, still refuses the sign-in', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const refused = async () => {
      const metadata = { jumio: service.kratos.copies.get(id) };
      return (await validate(service, { kratos_identity_id: id, metadata_public: metadata })).statusCode;
    };
    await decide(service, id, 'REJECTED', 'unreadable');
    await browser.press();
    expect(await refused()).toBe(403);
    service.jumio.latest(id).status = 'SESSION_EXPIRED';
    passTime(service, LIFETIME + HOUR);
    await eventually(async () => {
      const { verifications, identity } = await recordOf(service, id);
      expect(verifications.map(({ state }) => state)).toEqual(['decided', 'expired']);
      expect(identity.published).toBe(identity.version);
    });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected', attempt: 'expired' });
    expect(await refused()).toBe(403);
  });

  it('a final rejection stays in force when an older attempt passes later, which is listed for the operator', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const older = service.jumio.latest(id);
    older.status = 'SESSION_EXPIRED';
    passTime(service, LIFETIME + HOUR);
    await eventually(async () => expect((await recordOf(service, id)).verifications[0]?.state).toBe('expired'));
    await browser.press();
    await eventually(() => expect(service.jumio.executions).toHaveLength(2));
    await decide(service, id, 'REJECTED', 'other');
    passTime(service, HOUR);
    process(older, 'PASSED', service.clock.now());
    await callback(service, callbackOf(older));
    await eventually(async () => expect((await recordOf(service, id)).verifications[0]?.decision).toBe('PASSED'));
    await untilStatus(service, id, 'rejected');
    const metadata = { jumio: service.kratos.copies.get(id) };
    expect((await validate(service, { kratos_identity_id: id, metadata_public: metadata })).statusCode).toBe(403);
    expect((await service.ctx.ledger.events(id)).map(({ kind }) => kind)).toContain('late_pass');
    const { out } = await runCli(service, ['list', '--stuck', '--json']);
    expect(out).toMatch(new RegExp(`"kind":"late_pass","identity":"${id}"`));
  });

  describe('a lost ledger and a published rejection', () => {
    async function lost() {
      const kratos = createFakeKratos();
      const before = await testService({ kratos });
      const { id } = await signedUp(before);
      await decide(before, id, 'REJECTED', 'unreadable');
      const service = await testService({ kratos });
      const copy = kratos.copies.get(id);
      const signIn = (jumio: unknown) =>
        validate(service, { kratos_identity_id: id, metadata_public: { jumio }, created_at: '2020-01-01T00:00:00Z' });
      return { service, kratos, copy, signIn, ...visitor(service, id) };
    }

    it('a published rejection stays in force after a lost ledger: nothing is started, and sign-in is refused', async () => {
      const { service, id, browser, kratos, copy, signIn } = await lost();
      const page = await browser.get('/jumio/verify');
      expect([page.sentence, page.action?.kind]).toEqual([
        'The check is complete, but your identity is not verified.',
        'text',
      ]);
      await browser.get('/jumio/status');
      kratos.copies.delete(id);
      const { fields } = await browser.get('/jumio/verify');
      kratos.copies.set(id, copy);
      expect((await browser.post(fields)).status).toBe(200);
      expect((await recordOf(service, id)).verifications).toEqual([]);
      expect(service.jumio.calls.create).toEqual([]);
      expect((await signIn(copy)).statusCode).toBe(403);
      expect((await signIn({ status: 'pending' })).statusCode).toBe(403);
      expect(kratos.copies.get(id)).toBe(copy);
    });

    it.each(['the session was revoked', 'Kratos is down'])(
      'a published rejection stays in force after a lost ledger for a person without a session, because %s',
      async (reason) => {
        const { service, id, browser, copy, signIn } = await lost();
        await browser.get('/jumio/verify');
        if (reason === 'Kratos is down') service.kratos.instead.whoami = () => kratosDown('whoami');
        else service.kratos.signOut();
        const page = await browser.get('/jumio/verify');
        // Only a session shows the current state of Kratos; a cookie creates no first row.
        expect(page.status).toBe(reason === 'Kratos is down' ? 503 : 401);
        expect((await browser.post(page.fields)).location).toBeUndefined();
        expect(service.jumio.calls.create).toEqual([]);
        expect(await service.ctx.ledger.record(id)).toBeUndefined();
        expect((await signIn(copy)).statusCode).toBe(403);
      },
    );
  });
});
