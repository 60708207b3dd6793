import { describe, expect, it } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import {
  AFTER_LEASE_S,
  approvalPatches,
  expectOneVerdict,
  killAt,
  killOnce,
  untilPublished,
} from '../../support/crash/outcome.ts';
import { type CrashStack, startCrashStack } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

async function signedUp(): Promise<{ stack: CrashStack; first: RunningService }> {
  const stack = await startCrashStack();
  const first = await stack.start(0);
  expect(await stack.signUp(first)).toBe(204);
  await untilPublished(stack, 'pending');
  stack.decide();
  return { stack, first };
}

describe('kill -9 before a published verdict', () => {
  it.each<[string, Moment]>([
    ['the details are read', 'details answered'],
    ['the PATCH is answered', 'patch answered'],
  ])('after kill -9 when %s, the next process finishes it, without another callback', async (_when, moment) => {
    const { stack, first } = await signedUp();
    const killed = killAt(stack, moment, first);
    await stack.callback(first);
    await killed;
    const second = await stack.start(AFTER_LEASE_S);
    await untilPublished(stack, 'approved');
    await expectOneVerdict(stack, second);
    expect(stack.executions).toHaveLength(1);
  });

  it('after kill -9 when the decision is committed, the next process publishes that version', async () => {
    const { stack, first } = await signedUp();
    stack.ignoreWrites(true);
    await stack.callback(first);
    await killOnce(stack, first, 'select 1 from verifications where decision is not null');
    const [before] = await stack.ledger('select version, changed_at from identities');
    stack.ignoreWrites(false);
    const second = await stack.start(AFTER_LEASE_S);
    await untilPublished(stack, 'approved');
    expect(await stack.ledger('select version, changed_at from identities')).toEqual([before]);
    await expectOneVerdict(stack, second);
    expect(stack.executions).toHaveLength(1);
  });

  it('after kill -9 right after the 200 to a callback, the callback is durable', async () => {
    const { stack, first } = await signedUp();
    const killed = killAt(stack, 'details sent', first);
    expect([200, undefined]).toContain(await stack.callback(first));
    await killed;
    const second = await stack.start(AFTER_LEASE_S);
    await untilPublished(stack, 'approved');
    await expectOneVerdict(stack, second);
  });

  it('after kill -9 when the PATCH is sent, the next process sends the same version again, byte for byte', async () => {
    const { stack, first } = await signedUp();
    const killed = killAt(stack, 'patch sent', first);
    await stack.callback(first);
    await killed;
    const [before] = await stack.ledger('select version, published from identities');
    expect(approvalPatches(stack)).toHaveLength(1);
    const second = await stack.start(AFTER_LEASE_S);
    await untilPublished(stack, 'approved');
    expect(approvalPatches(stack)).toHaveLength(2);
    expect(new Set(approvalPatches(stack)).size).toBe(1);
    const [after] = await stack.ledger('select version, published from identities');
    expect(after).toEqual({ version: before?.version, published: before?.version });
    await expectOneVerdict(stack, second);
  });
});
