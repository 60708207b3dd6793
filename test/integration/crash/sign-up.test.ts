import { describe, expect, it } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { AFTER_LEASE_S, expectOneVerdict, killAt, killOnce, untilPublished } from '../../support/crash/outcome.ts';
import { type CrashStack, startCrashStack } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

/** Lets Jumio approve, and waits for the published status. */
async function approve(stack: CrashStack, service: RunningService): Promise<void> {
  stack.decide();
  expect(await stack.callback(service)).toBe(200);
  await untilPublished(stack, 'approved');
}

async function restart(stack: CrashStack): Promise<RunningService> {
  const service = await stack.start(AFTER_LEASE_S);
  expect(await stack.signUp(service)).toBe(204);
  return service;
}

describe('kill -9 during a sign-up', () => {
  it.each<[string, Moment, number]>([
    ['the row is committed and nothing was asked of Jumio', 'token sent', 1],
    ['the create call is sent', 'create sent', 2],
    ['the create call is answered', 'create answered', 2],
  ])('after kill -9 of a sign-up when %s, the next process finishes it', async (_when, moment, mostAccounts) => {
    const stack = await startCrashStack();
    const first = await stack.start(0);
    const killed = killAt(stack, moment, first);
    await stack.signUp(first);
    await killed;
    expect(await stack.ledger('select 1 from verifications')).toHaveLength(1);
    const second = await restart(stack);
    await untilPublished(stack, 'pending');
    await approve(stack, second);
    await expectOneVerdict(stack, second);
    expect(stack.executions.length).toBeLessThanOrEqual(mostAccounts);
  });

  it('after kill -9 of a sign-up when the ids are committed, the next process publishes them, and creates no second account', async () => {
    const stack = await startCrashStack();
    const first = await stack.start(0);
    stack.ignoreWrites(true);
    const signingUp = stack.signUp(first);
    await killOnce(stack, first, 'select 1 from verifications where execution_id is not null');
    await signingUp;
    stack.ignoreWrites(false);
    const second = await restart(stack);
    await untilPublished(stack, 'pending');
    await approve(stack, second);
    await expectOneVerdict(stack, second);
    expect(stack.executions).toHaveLength(1);
  });
});
