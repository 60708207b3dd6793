import { describe, expect, it } from 'vitest';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { decide, signedUp, type Visitor } from '../../support/builders/people.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { kindsOf, SOON } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

const BOTH = { revokeSessions: true, deactivate: true };

/** A person with a session, before Jumio's verdict. */
async function signedIn(onRejected = BOTH): Promise<Visitor & { service: TestService }> {
  const service = await testService({ ctx: (ctx) => ({ ...ctx, onRejected }) });
  // A stopped clock: only the test makes a job due.
  service.clock.stop();
  return { service, ...(await signedUp(service)) };
}

async function reject(service: TestService, id: string): Promise<void> {
  const execution = service.jumio.latest(id);
  process(execution, 'REJECTED', service.clock.now());
  await callback(service, callbackOf(execution));
}

async function settled(service: TestService, id: string): Promise<void> {
  await eventually(async () => {
    const { identity } = await recordOf(service, id);
    expect(identity).toMatchObject({ pendingState: null, status: 'rejected', kratosAttempts: 0 });
    expect(identity.published).toBe(identity.version);
    expect(identity.revocation).not.toBe('pending');
  });
}

describe('effects of a rejection', () => {
  it('a rejection revokes the sessions and deactivates, with one PATCH for copy and state, and a second read of both', async () => {
    const { service, id, browser } = await signedIn();
    const { calls, states } = service.kratos;
    await reject(service, id);
    await settled(service, id);
    expect(await service.kratos.whoami({ cookie: browser.session })).toEqual({ kind: 'none' });
    expect(calls.revokeSessions).toEqual([id]);
    expect(calls.setState).toEqual([{ id, state: 'inactive', withCopy: true }]);
    expect(states.get(id)?.state).toBe('inactive');
    const kinds = await kindsOf(service, id);
    expect(kinds.filter((kind) => /revoked|activated/.test(kind))).toEqual(['sessions_revoked', 'deactivated']);
    const publications = calls.publish.length;
    passTime(service, MINUTE);
    await eventually(() => expect(calls.revokeSessions).toHaveLength(2));
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosDue).toBeNull());
    expect(calls.publish).toHaveLength(publications);
    expect(calls.setState).toHaveLength(1);
  });

  it('a rejection under the published contract has no effect beside the gate, and costs no call', async () => {
    const { service, id } = await signedIn({ revokeSessions: false, deactivate: false });
    const { calls } = service.kratos;
    const publications = calls.publish.length;
    await reject(service, id);
    await settled(service, id);
    expect(calls).toMatchObject({ revokeSessions: [], setState: [], read: [] });
    expect(calls.publish).toHaveLength(publications + 1);
    expect((await recordOf(service, id)).identity).toMatchObject({
      revocation: 'none',
      pendingState: null,
      deactivated: false,
    });
  });

  it('a rejection in shadow mode has events in place of effects, once', async () => {
    const POLICY = 'on_rejected: { revoke_sessions: true, deactivate: true }\nrules:\n  - then: allow\n';
    const service = await testService({ env: { GATE_MODE: 'shadow', POLICY } });
    service.clock.stop();
    const { id, browser } = await signedUp(service);
    await reject(service, id);
    await settled(service, id);
    expect(await service.kratos.whoami({ cookie: browser.session })).toMatchObject({ kind: 'session' });
    expect(service.kratos.calls).toMatchObject({ revokeSessions: [], setState: [] });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
    passTime(service, 2 * MINUTE);
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosDue).toBeNull());
    const kinds = await kindsOf(service, id);
    expect(kinds.filter((kind) => kind.startsWith('would'))).toEqual(['would_revoke', 'would_deactivate']);
    expect(service.kratos.calls).toMatchObject({ revokeSessions: [], setState: [] });
  });

  it('a state that was set before shadow mode is set back in it', async () => {
    const POLICY = 'on_rejected: { revoke_sessions: true, deactivate: true }\nrules:\n  - then: allow\n';
    const service = await testService({ env: { GATE_MODE: 'shadow', POLICY } });
    const { id } = await signedUp(service);
    await decide(service, id, 'REJECTED', 'other');
    service.kratos.states.set(id, { state: 'inactive', stateChangedAt: 1 });
    const now = service.clock.now();
    await service.ctx.ledger.change(id, now, (record) => {
      if (record === undefined) return undefined;
      const identity = { ...record.identity, deactivated: true, inactiveSince: now };
      return override({ ...record, identity }, { verdict: 'PASSED', reason: 'x', by: 'op' }, 'o', now);
    });
    service.worker.wake();
    await eventually(() => expect(service.kratos.states.get(id)?.state).toBe('active'));
  });

  it('a rejection never changes the state of an identity that an operator made inactive before', async () => {
    const { service, id } = await signedIn();
    service.kratos.states.set(id, { state: 'inactive', stateChangedAt: 1 });
    await reject(service, id);
    await settled(service, id);
    expect(service.kratos.calls.setState).toEqual([]);
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
    expect(await kindsOf(service, id)).toContain('state_left');
  });

  it('a rejection is published even if its sessions cannot be revoked, and they are revoked later', async () => {
    const { service, id } = await signedIn({ revokeSessions: true, deactivate: false });
    service.kratos.instead.revokeSessions = () => kratosFails({ operation: 'revoke', status: 503 });
    await reject(service, id);
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' }));
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosAttempts).toBeGreaterThan(0));
    service.kratos.instead.revokeSessions = undefined;
    passTime(service, SOON);
    await eventually(async () => expect(await kindsOf(service, id)).toContain('sessions_revoked'));
    await settled(service, id);
  });

  it('a 429 from Kratos on a rejection pauses all publishing, and nothing is lost', async () => {
    const { service, id } = await signedIn();
    service.kratos.instead.revokeSessions = () => kratosFails({ operation: 'revoke', status: 429, retryAfter: MINUTE });
    await reject(service, id);
    await eventually(async () => expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toHaveLength(1));
    service.kratos.instead.revokeSessions = undefined;
    expect(service.kratos.calls.setState).toEqual([]);
    passTime(service, MINUTE);
    await settled(service, id);
    expect(service.kratos.states.get(id)?.state).toBe('inactive');
  });

  it('a rejection whose PATCH takes effect without a response is written again, and is reported once', async () => {
    const { service, id } = await signedIn();
    const { kratos } = service;
    kratos.instead.setState = async () => {
      kratos.states.set(id, { state: 'inactive', stateChangedAt: service.clock.now() });
      return kratosFails({ operation: 'patch', failure: 'timeout' });
    };
    await reject(service, id);
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosAttempts).toBe(1));
    kratos.instead.setState = undefined;
    passTime(service, SOON);
    await settled(service, id);
    const kinds = await kindsOf(service, id);
    expect(kinds.filter((kind) => kind === 'deactivated')).toHaveLength(1);
    expect(kinds).not.toContain('state_left');
    expect((await recordOf(service, id)).identity.deactivated).toBe(true);
  });

  it('a rejection that is overridden during the read of the state leaves no identity inactive', async () => {
    const { service, id } = await signedIn();
    const { ctx, kratos } = service;
    kratos.instead.read = async (identity) => {
      kratos.instead.read = undefined;
      const now = ctx.clock.now();
      const approval = { verdict: 'PASSED', reason: 'known to us', by: 'ann' } as const;
      await ctx.ledger.change(id, now, (found) => found && override(found, approval, ctx.newId(), now));
      return kratos.read(identity);
    };
    await reject(service, id);
    await eventually(() => expect(kratos.copies.get(id)).toMatchObject({ status: 'approved', source: 'operator' }));
    await eventually(async () => expect((await recordOf(service, id)).identity).toMatchObject({ pendingState: null }));
    expect(kratos.states.get(id)?.state ?? 'active').toBe('active');
    expect((await recordOf(service, id)).identity.deactivated).toBe(false);
  });

  it('a rejection by the operator during the decision to keep a state deactivates all the same', async () => {
    const { service, id } = await signedIn();
    const { ctx, kratos } = service;
    await reject(service, id);
    await settled(service, id);
    const decided = async (verdict: 'PASSED' | 'FAILED') => {
      const now = ctx.clock.now();
      const word = { verdict, reason: 'known to us', by: 'ann' } as const;
      await ctx.ledger.change(id, now, (found) => found && override(found, word, ctx.newId(), now));
    };
    // Another client has already restored the state, so nothing is to be written; meanwhile the operator rejects.
    kratos.states.delete(id);
    kratos.instead.read = async (identity) => {
      kratos.instead.read = undefined;
      const seen = await kratos.read(identity);
      await decided('FAILED');
      return seen;
    };
    await decided('PASSED');
    service.worker.wake();
    await eventually(() => expect(kratos.copies.get(id)).toMatchObject({ status: 'rejected', source: 'operator' }));
    await eventually(() => expect(kratos.states.get(id)?.state).toBe('inactive'));
  });

  it('a rejection that Jumio corrects sets the state back, once', async () => {
    const { service, id } = await signedIn();
    await reject(service, id);
    await settled(service, id);
    service.clock.advance(DAY);
    await decide(service, id, 'PASSED');
    await eventually(() => expect(service.kratos.states.get(id)?.state).toBe('active'));
    await eventually(async () =>
      expect((await recordOf(service, id)).identity).toMatchObject({
        pendingState: null,
        deactivated: false,
        revocation: 'none',
      }),
    );
    expect(await kindsOf(service, id)).toContain('reactivated');
    expect(service.kratos.calls.setState.map(({ state }) => state)).toEqual(['inactive', 'active']);
  });

  it('a corrected rejection keeps an `inactive` that an operator has set since', async () => {
    const { service, id } = await signedIn();
    await reject(service, id);
    await settled(service, id);
    service.clock.advance(DAY);
    service.kratos.states.set(id, { state: 'inactive', stateChangedAt: service.clock.now() });
    await decide(service, id, 'PASSED');
    await eventually(async () => expect(await kindsOf(service, id)).toContain('state_left'));
    expect(service.kratos.states.get(id)?.state).toBe('inactive');
    expect(service.kratos.calls.setState).toHaveLength(1);
  });
});
