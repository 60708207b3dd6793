import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { validate } from '../../support/clients/calls.ts';
import { gateMessage } from '../../support/clients/gate-message.ts';
import { eventually, signUp } from '../../support/service/eventually.ts';
import { ledgerFailing } from '../../support/service/failing-ledger.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const REJECTED = { metadata_public: { jumio: { status: 'rejected' } } };

function flow(id: string, more: object = {}) {
  return { flow: { kind: 'login', id, type: 'browser', method: 'password', refresh: false, ...more } };
}

/** The events of the gate about an identity. */
async function gateEvents({ ctx }: TestService, id: string): Promise<{ kind: string; detail: unknown }[]> {
  const events = await ctx.ledger.events(id);
  return events
    .filter(({ kind }) => ['blocked', 'would_block', 'undecided'].includes(kind))
    .map(({ kind, detail }) => ({ kind, detail }));
}

describe('events of a block', () => {
  it('a block is an event with rule, policy, flow, kind and status', async () => {
    const service = await testService();
    const id = randomUUID();
    await validate(service, { kratos_identity_id: id, ...REJECTED, ...flow('flow-1') });
    const detail = { rule: 1, name: 'rejected', policy: service.ctx.policy.hash, flow: 'flow-1', kind: 'login' };
    expect(await gateEvents(service, id)).toEqual([{ kind: 'blocked', detail: { ...detail, status: 'rejected' } }]);
  });

  it('repeated blocks of one flow are one event', async () => {
    const service = await testService();
    const id = randomUUID();
    for (const name of ['a', 'a', 'b']) await validate(service, { kratos_identity_id: id, ...REJECTED, ...flow(name) });
    expect(await gateEvents(service, id)).toHaveLength(2);
  });

  it('blocks without a flow are one event for each rule and hour', async () => {
    const service = await testService();
    const id = randomUUID();
    // Early in an hour, at whatever time the test runs.
    service.clock.advance(HOUR - (service.clock.now() % HOUR));
    for (const _ of [1, 2]) await validate(service, { kratos_identity_id: id, ...REJECTED });
    service.clock.advance(61 * MINUTE);
    await validate(service, { kratos_identity_id: id, ...REJECTED });
    expect(await gateEvents(service, id)).toHaveLength(2);
  });

  it('blocks of one person beyond 20 in an hour are refused all the same, and are no further events', async () => {
    const service = await testService();
    const [id, another] = [randomUUID(), randomUUID()];
    service.clock.advance(HOUR - (service.clock.now() % HOUR));
    const flows = Array.from({ length: 25 }, (_, index) => `flow-${index}`);
    const signIn = (name: string) => validate(service, { kratos_identity_id: id, ...REJECTED, ...flow(name) });
    const answers = await Promise.all([...flows, ...flows].map(signIn));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([403]));
    expect(await gateEvents(service, id)).toHaveLength(20);
    await validate(service, { kratos_identity_id: another, ...REJECTED, ...flow('flow-x') });
    expect(await gateEvents(service, another)).toHaveLength(1);
    service.clock.advance(HOUR);
    await signIn('flow-later');
    expect(await gateEvents(service, id)).toHaveLength(21);
  });

  it('a block makes no row and starts nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    await validate(service, { kratos_identity_id: id, ...REJECTED, ...flow('flow-1') });
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
  });

  it('a block whose event cannot be written is the same response in time, and is recorded with the next sign-in', async () => {
    const service = await testService();
    const id = randomUUID();
    const release = lockLedger(service.databaseUrl);
    const started = performance.now();
    const answer = await validate(service, { kratos_identity_id: id, ...REJECTED, ...flow('flow-1') });
    expect([answer.statusCode, answer.json()]).toEqual([403, gateMessage(4990001, 'rejected')]);
    expect(performance.now() - started).toBeLessThan(2_000);
    release();
    await validate(service, { kratos_identity_id: randomUUID() });
    await eventually(async () => expect(await gateEvents(service, id)).toMatchObject([{ kind: 'blocked' }]));
    expect(service.logs.text()).toContain('could not record a decision of the gate');
  });
});

describe('allowed sign-ins', () => {
  it('an allowed sign-in writes nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    await validate(service, { kratos_identity_id: id, ...flow('flow-1') });
    expect(await service.ctx.ledger.events(id)).toEqual([]);
  });
});

describe('shadow mode', () => {
  const env = { GATE_MODE: 'shadow' };

  it('in shadow mode every sign-in is allowed, and every would-be block is an event', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    const answer = await validate(service, { kratos_identity_id: id, ...REJECTED, ...flow('flow-1') });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(await gateEvents(service, id)).toMatchObject([{ kind: 'would_block', detail: { rule: 1, flow: 'flow-1' } }]);
  });

  it('in shadow mode a gate that cannot decide allows, and records it', async () => {
    const service = await testService({ env, ctx: ledgerFailing('gate') });
    const id = randomUUID();
    expect((await validate(service, { kratos_identity_id: id, ...flow('flow-1') })).statusCode).toBe(204);
    expect(await gateEvents(service, id)).toMatchObject([
      { kind: 'would_block', detail: { rule: null, status: 'unknown' } },
    ]);
  });

  it('in shadow mode, /health/ready shows the mode, ON_FAILURE and the policy', async () => {
    const service = await testService({ env });
    const gate = { mode: 'shadow', on_failure: 'block', policy: service.ctx.policy.hash };
    expect((await service.app.inject('/health/ready')).json()).toMatchObject({ status: 'ok', gate });
  });

  it('in shadow mode, a request without the secret or without an identity is still refused', async () => {
    const service = await testService({ env });
    expect((await validate(service, undefined)).statusCode).toBe(403);
    expect((await validate(service, { kratos_identity_id: randomUUID() }, {})).statusCode).toBe(401);
  });
});

describe('a gate with neither ledger nor copy', () => {
  it.each([
    ['block', 403, 'blocked'],
    ['allow', 204, 'undecided'],
  ] as const)(
    'a gate with neither ledger nor copy applies ON_FAILURE=%s: each use is a line in the log and an event',
    async (word, code, kind) => {
      const service = await testService({ env: { ON_FAILURE: word }, ctx: ledgerFailing('gate') });
      const id = randomUUID();
      const answer = await validate(service, { kratos_identity_id: id, ...flow('flow-1') });
      expect(answer.statusCode).toBe(code);
      if (code === 403) expect(answer.json()).toEqual(gateMessage(4990004, 'unknown'));
      expect(await gateEvents(service, id)).toMatchObject([{ kind, detail: { rule: null, status: 'unknown' } }]);
      expect(service.logs.text()).toMatch(/by ON_FAILURE/);
      const ready = (await service.app.inject('/health/ready')).json();
      expect(ready).toMatchObject({ gate: { on_failure: word } });
    },
  );

  it('a gate without a ledger decides by the published copy, whatever ON_FAILURE says', async () => {
    const service = await testService({ env: { ON_FAILURE: 'allow' }, ctx: ledgerFailing('gate') });
    expect((await validate(service, { kratos_identity_id: randomUUID(), ...REJECTED })).statusCode).toBe(403);
  });

  it('a gate without a ledger still refuses a request that is not a sign-in', async () => {
    const service = await testService({ env: { ON_FAILURE: 'allow' }, ctx: ledgerFailing('gate') });
    expect((await validate(service, undefined)).statusCode).toBe(403);
    expect((await validate(service, '{}')).statusCode).toBe(403);
    expect((await validate(service, { kratos_identity_id: randomUUID() }, {})).statusCode).toBe(401);
  });
});

describe('the text of a refusal', () => {
  it('a refusal is in the language of the browser', async () => {
    const service = await testService();
    const id = randomUUID();
    const answer = await validate(service, { kratos_identity_id: id, ...REJECTED, accept_language: 'de-AT,de;q=0.9' });
    expect(answer.json()).toMatchObject({
      messages: [{ messages: [{ id: 4990001, text: expect.stringContaining('nicht') }] }],
    });
  });

  it('a refusal prefers the language of the person’s pages to the browser’s', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await service.ctx.ledger.change(
      id,
      0,
      (found) => found && { record: { ...found, identity: { ...found.identity, locale: 'fr' } } },
    );
    const answer = await validate(service, { kratos_identity_id: id, ...REJECTED, accept_language: 'de' });
    expect(answer.json()).toMatchObject({ messages: [{ messages: [{ text: expect.stringContaining('Vous') }] }] });
  });
});
