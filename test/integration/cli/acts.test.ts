import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, signedUp } from '../../support/builders/people.ts';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { type CliOptions, runCli } from '../../support/clients/cli.ts';
import { createFakeJumio, jumioFails, process } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

/** The operator's commands beside a running service: two connections to one SQLite file. */

async function cli(service: TestService, line: string, options: CliOptions = {}) {
  return runCli(service, line.split(' '), options);
}

async function kinds({ ctx }: TestService, id: string): Promise<string[]> {
  return (await ctx.ledger.events(id)).map(({ kind }) => kind);
}

async function rejected() {
  const service = await testService();
  const { id, browser } = await signedUp(service);
  await decide(service, id, 'REJECTED');
  return { service, id, browser };
}

async function signsIn(service: TestService, id: string): Promise<number> {
  const metadata = { jumio: service.kratos.copies.get(id) };
  return (await validate(service, { kratos_identity_id: id, metadata_public: metadata })).statusCode;
}

describe('override', () => {
  it('override approves a rejected identity: the service publishes it, and the sign-in is allowed', async () => {
    const { service, id } = await rejected();
    const ran = await cli(service, `override ${id} --approve --reason seen_in_branch --by ann --yes`);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('rejected → approved');
    await untilStatus(service, id, 'approved');
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'approved', source: 'operator', verdict: 'PASSED' });
    expect(service.kratos.copies.get(id)).not.toHaveProperty('account_id');
    expect(await signsIn(service, id)).toBe(204);
  });

  it('override rejects for good: a later pass by Jumio changes nothing until the operator decides otherwise', async () => {
    const { service, id } = await rejected();
    await cli(service, `override ${id} --reject --reason fraud_desk --by ann --yes`);
    await untilStatus(service, id, 'rejected');
    passTime(service, 2 * HOUR);
    const execution = service.jumio.latest(id);
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(async () => expect((await recordOf(service, id)).verifications[0]?.decision).toBe('PASSED'));
    expect((await recordOf(service, id)).identity.status).toBe('rejected');
    expect(await signsIn(service, id)).toBe(403);
    await cli(service, `override ${id} --approve --reason mistake --by ann --yes`);
    await untilStatus(service, id, 'approved');
  });

  it('override asks for the identity to be typed, and is refused without a terminal', async () => {
    const { service, id } = await rejected();
    const line = `override ${id} --approve --reason seen --by ann`;
    expect(await cli(service, line)).toMatchObject({ code: 2, out: '', asked: [] });
    expect(await cli(service, line, { answer: 'yes' })).toMatchObject({ code: 1, out: '' });
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
    const { code, asked } = await cli(service, line, { answer: id });
    expect({ code, asked: asked.length }).toEqual({ code: 0, asked: 1 });
    expect((await recordOf(service, id)).verifications).toHaveLength(2);
  });

  it('override with --dry-run prints the effect, and does nothing', async () => {
    const { service, id } = await rejected();
    const before = await recordOf(service, id);
    const ran = await cli(service, `override ${id} --approve --reason seen --by ann --dry-run --json`);
    expect(JSON.parse(ran.out)).toMatchObject({
      identity: id,
      dry_run: true,
      before: { status: 'rejected', waiting_on: 'operator' },
      after: { status: 'approved', waiting_on: 'nobody' },
    });
    expect((await recordOf(service, id)).verifications).toEqual(before.verifications);
  });

  it.each([
    ['neither word', '--reason a --by ann'],
    ['both words', '--approve --reject --reason a --by ann'],
    ['nobody who answers for it', '--approve --reason a'],
    ['an e-mail address as reason', '--approve --reason a@example.com --by ann'],
    ['a long number as reason', '--approve --reason passport-123456 --by ann'],
  ])('override with %s is refused', async (_what, options) => {
    const { service, id } = await rejected();
    expect(await cli(service, `override ${id} ${options} --yes`)).toMatchObject({ code: 2, out: '' });
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
  });

  it('override finds an identity by its e-mail address, and reports an unknown address', async () => {
    const { service, id } = await rejected();
    service.kratos.identifiers.set('ann@example.com', id);
    expect(await cli(service, 'recheck ann@example.com')).toMatchObject({ code: 0 });
    expect(await cli(service, 'recheck bob@example.com')).toMatchObject({ code: 2, out: '' });
  });
});

describe('restart', () => {
  it('restart admits a person whom standing and gate refuse, by a link that is valid once', async () => {
    const { service, id, browser } = await rejected();
    expect(await browser.press().then(() => service.jumio.calls.create.length)).toBe(1);
    const ran = await cli(service, `restart ${id} --by ann --reason new_passport --json`);
    const { address, after } = JSON.parse(ran.out);
    expect(after).toEqual({ status: 'rejected', waiting_on: 'person' });
    expect(new URL(address).pathname).toBe('/jumio/enter');
    await browser.press();
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(2));
    expect(await signsIn(service, id)).toBe(403);
    await decide(service, id, 'PASSED');
    await untilStatus(service, id, 'approved');
    expect((await recordOf(service, id)).identity.attemptGrantedAt).toBeNull();
  });

  it('restart grants one attempt: after another rejection the person is refused again', async () => {
    const { service, id, browser } = await rejected();
    await cli(service, `restart ${id} --by auth0|5f:2c`);
    await browser.press();
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(2));
    await decide(service, id, 'REJECTED');
    await browser.press();
    expect(service.jumio.calls.create).toHaveLength(2);
  });

  it('restart warns that a rejection by the operator does not end by it', async () => {
    const { service, id } = await rejected();
    await cli(service, `override ${id} --reject --reason fraud --by ann --yes`);
    expect((await cli(service, `restart ${id} --by ann`)).err).toContain('override --approve');
  });
});

describe('recheck', () => {
  it('recheck reads a settled execution again, but not twice within an hour unless forced', async () => {
    const { service, id } = await rejected();
    const reads = () => service.jumio.calls.details.length;
    const before = reads();
    await cli(service, `recheck ${id}`);
    expect((await recordOf(service, id)).identity.jumioDue).toBeGreaterThan(service.clock.now() + 50 * MINUTE);
    await cli(service, `recheck ${id} --force`);
    service.worker.wake();
    await eventually(() => expect(reads()).toBe(before + 1));
  });

  it('recheck writes the copy anew, whatever it contains', async () => {
    const { service, id } = await rejected();
    service.kratos.copies.set(id, { status: 'approved' });
    await cli(service, `recheck ${id}`);
    service.worker.wake();
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' }));
  });

  it('recheck reports an unknown identity', async () => {
    const { service } = await rejected();
    const unknown = randomUUID();
    service.kratos.instead.read = () => kratosFails({ operation: 'read', code: 'identity-not-found', status: 404 });
    expect(await cli(service, `recheck ${unknown}`)).toMatchObject({ code: 2, out: '' });
  });
});

describe('erase', () => {
  it('erase deletes at Jumio, clears Kratos, keeps the standing, and a sign-up afterwards is no way around it', async () => {
    const { service, id, browser } = await rejected();
    const execution = service.jumio.latest(id);
    const ran = await cli(service, `erase ${id} --by ann --yes`);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain('\nKratos keeps its identity, traits, credentials, sessions. ');
    service.worker.wake();
    await eventually(async () => {
      expect(service.jumio.calls.deleteAccount).toEqual([execution.accountId]);
      expect(service.kratos.copies.has(id)).toBe(false);
      expect((await recordOf(service, id)).identity.jumioDue).toBeNull();
    });
    expect(await kinds(service, id)).toEqual(expect.arrayContaining(['erased', 'deleted_at_jumio', 'cleared']));
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
    await browser.press();
    await browser.get('/jumio/status');
    passTime(service, 2 * HOUR);
    expect(await signsIn(service, id)).toBe(403);
    const { identity, verifications } = await recordOf(service, id);
    expect(identity).toMatchObject({ standing: 'rejected', content: null, returnTo: null, locale: null });
    expect(verifications).toMatchObject([{ decision: 'FAILED', executionId: null, accountId: null, reason: null }]);
    expect(service.jumio.calls.create).toHaveLength(1);
    expect(service.kratos.copies.has(id)).toBe(false);
  });

  it('erase completes after an outage of Jumio and of Kratos', async () => {
    const jumio = createFakeJumio();
    const service = await testService({ jumio });
    const { id } = await signedUp(service);
    service.kratos.instead.read = () => kratosFails({ operation: 'read', failure: 'timeout' });
    jumio.instead.deleteAccount = () => jumioFails({ operation: 'delete', failure: 'unreachable' });
    await cli(service, `erase ${id} --by ann --yes`);
    service.worker.wake();
    await eventually(() => expect(jumio.calls.deleteAccount.length).toBeGreaterThan(0));
    jumio.instead.deleteAccount = undefined;
    service.kratos.instead.read = undefined;
    await eventually(async () => {
      passTime(service, 15 * MINUTE);
      expect((await recordOf(service, id)).verifications[0]?.accountId).toBeNull();
      expect(service.kratos.copies.has(id)).toBe(false);
    });
  });

  it('erase may be repeated, also for an identity that only Kratos knows', async () => {
    const service = await testService();
    const id = randomUUID();
    service.kratos.copies.set(id, { status: 'approved' });
    for (const _ of ['once', 'twice'])
      expect(await cli(service, `erase ${id} --by ann --yes`)).toMatchObject({ code: 0 });
    service.worker.wake();
    await eventually(() => expect(service.kratos.copies.has(id)).toBe(false));
    expect((await recordOf(service, id)).identity).toMatchObject({ inherited: 'approved', standing: 'approved' });
    expect(await cli(service, `restart ${id} --by ann`)).toMatchObject({ code: 2, out: '' });
    expect(await cli(service, `override ${id} --approve --reason a --by ann --yes`)).toMatchObject({ code: 2 });
  });
});

describe('commands beside a busy service', () => {
  it('a command beside a busy service waits for the lock, and neither loses a row', async () => {
    const service = await testService();
    const people = await Promise.all(Array.from({ length: 10 }, () => signedUp(service)));
    const ran = await Promise.all(
      people.map(({ id }) => cli(service, `override ${id} --approve --reason a --by ann --yes`)),
    );
    expect(ran.map(({ code }) => code)).toEqual(people.map(() => 0));
    for (const { id } of people) await untilStatus(service, id, 'approved');
  });
});
