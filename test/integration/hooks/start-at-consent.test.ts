import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../webhook/verification/context.ts';
import { decide, visitor } from '../../support/builders/people.ts';
import { initiate, validate } from '../../support/clients/calls.ts';
import { passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

const AT_CONSENT = { VERIFICATION_START: 'consent' } as const;

/** The events of an identity, without those of publications and callbacks. */
async function events({ ctx }: TestService, id: string): Promise<string[]> {
  const kinds = (await ctx.ledger.events(id)).map(({ kind }) => kind);
  return kinds.filter((kind) => kind !== 'published' && kind !== 'callback');
}

/** A sign-in with the published copy that Kratos has. */
function signsIn(service: TestService, id: string, details: object = {}) {
  const jumio = service.kratos.copies.get(id);
  const metadata_public = jumio === undefined ? null : { jumio };
  return validate(service, { kratos_identity_id: id, metadata_public, ...details });
}

function nothingSent({ jumio }: TestService): void {
  expect([jumio.calls.create.length, jumio.reads()]).toEqual([0, 0]);
}

describe('VERIFICATION_START=consent', () => {
  it('with VERIFICATION_START=consent, a sign-up writes the identity and its status, and calls Jumio for nothing', async () => {
    const service = await testService({ env: AT_CONSENT });
    const id = randomUUID();
    for (const _ of [1, 2, 3]) expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    const { identity, verifications } = await untilStatus(service, id, 'pending');
    expect(verifications).toEqual([]);
    expect(identity).toMatchObject({ awaitingConsent: true, version: 1, published: 1 });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending', source: 'jumio' });
    expect(await events(service, id)).toEqual(['invited']);
    nothingSent(service);
  });

  it('with VERIFICATION_START=consent, the status is on the identity before Kratos continues', async () => {
    const service = await testService({ env: AT_CONSENT });
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending' });
  });

  it('with VERIFICATION_START=consent, a sign-in creates a missing row once, and later sign-ins write nothing', async () => {
    const service = await testService({ env: AT_CONSENT });
    const id = randomUUID();
    service.clock.advance(MINUTE);
    const born = service.clock.now();
    const details = { schema_id: 'person', created_at: new Date(born).toISOString() };
    for (const _ of [1, 2]) expect((await signsIn(service, id, details)).statusCode).toBe(204);
    const before = await untilStatus(service, id, 'pending');
    expect(before.identity).toMatchObject({ awaitingConsent: true, schemaId: 'person', kratosCreatedAt: born });
    expect(await events(service, id)).toEqual(['healed', 'invited']);
    await signsIn(service, id, details);
    expect(await recordOf(service, id)).toEqual(before);
    nothingSent(service);
  });

  it('with VERIFICATION_START=consent, days without consent cause no call to Jumio, and the identity still awaits the person', async () => {
    const service = await testService({ env: AT_CONSENT });
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id });
    await untilStatus(service, id, 'pending');
    passTime(service, 30 * DAY);
    await signsIn(service, id);
    await untilStatus(service, id, 'pending');
    nothingSent(service);
  });

  it('with VERIFICATION_START=consent, continuing starts one verification, and its result is published', async () => {
    const service = await testService({ env: AT_CONSENT });
    const { id, browser } = visitor(service);
    await initiate(service, { kratos_identity_id: id });
    const page = await browser.press();
    expect(page.location).toBe(service.jumio.latest(id).link);
    await decide(service, id, 'PASSED');
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'approved' });
    expect(await events(service, id)).toEqual(['invited', 'consent', 'requested', 'started', 'decided']);
    await initiate(service, { kratos_identity_id: id });
    expect(service.jumio.calls.create).toHaveLength(1);
  });
});

describe('a change of VERIFICATION_START on a live ledger', () => {
  it('after a change to registration, a repeated hook or a sign-in starts nothing for rows that await consent', async () => {
    const before = await testService({ env: AT_CONSENT });
    const { id } = visitor(before);
    await initiate(before, { kratos_identity_id: id });
    const row = await untilStatus(before, id, 'pending');
    const after = await testService({ databaseUrl: before.databaseUrl, kratos: before.kratos, clock: before.clock });
    await initiate(after, { kratos_identity_id: id });
    await signsIn(after, id);
    expect(await recordOf(after, id)).toEqual(row);
    nothingSent(after);
    const { browser } = visitor(after, id);
    expect((await browser.press()).location).toBe(after.jumio.latest(id).link);
  });

  it('after a change to consent, started verifications stay started', async () => {
    const before = await testService();
    const { id } = visitor(before);
    await initiate(before, { kratos_identity_id: id });
    const row = await untilStatus(before, id, 'pending');
    const { jumio, kratos, clock, databaseUrl } = before;
    const after = await testService({ databaseUrl, jumio, kratos, clock, env: AT_CONSENT });
    await initiate(after, { kratos_identity_id: id });
    expect((await recordOf(after, id)).verifications).toEqual(row.verifications);
    const { browser } = visitor(after, id);
    expect((await browser.press()).location).toBe(jumio.latest(id).link);
    expect(jumio.calls.create).toHaveLength(1);
  });
});

describe('schema and creation date in a hook', () => {
  const BORN = '2026-01-05T09:30:00.123456Z';

  it('schema and creation date in a sign-up hook are stored', async () => {
    const service = await testService();
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id, schema_id: 'person', created_at: BORN });
    expect((await recordOf(service, id)).identity).toMatchObject({
      schemaId: 'person',
      kratosCreatedAt: Date.parse(BORN),
    });
  });

  it('schema and creation date in a sign-in hook are stored if they changed, and write nothing otherwise', async () => {
    let changes = 0;
    const counting = (ctx: Context): Context => {
      const change: Context['ledger']['change'] = (...all) => {
        changes += 1;
        return ctx.ledger.change(...all);
      };
      return { ...ctx, ledger: { ...ctx.ledger, change } };
    };
    const service = await testService({ ctx: counting });
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id });
    await decide(service, id, 'PASSED');
    const changesBy = async (details: object): Promise<number> => {
      const before = changes;
      await signsIn(service, id, details);
      return changes - before;
    };
    expect(await changesBy({ schema_id: 'person', created_at: BORN })).toBe(1);
    const details = await recordOf(service, id);
    expect(details.identity).toMatchObject({ schemaId: 'person', kratosCreatedAt: Date.parse(BORN) });
    expect(await changesBy({ schema_id: 'person', created_at: BORN })).toBe(0);
    expect(await changesBy({ schema_id: 'company', created_at: BORN })).toBe(1);
    expect((await recordOf(service, id)).identity.schemaId).toBe('company');
  });

  it.each([{ schema_id: 7, created_at: 'yesterday' }, { schema_id: null, created_at: null }, { schema_id: '' }])(
    'an invalid schema or creation date in a hook is ignored: %j',
    async (odd) => {
      const service = await testService();
      const id = randomUUID();
      expect((await initiate(service, { kratos_identity_id: id, ...odd })).statusCode).toBe(204);
      expect((await signsIn(service, id, odd)).statusCode).toBe(204);
      expect((await recordOf(service, id)).identity).toMatchObject({ schemaId: null, kratosCreatedAt: null });
    },
  );
});
