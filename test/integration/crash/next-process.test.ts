import { describe, expect, it } from 'vitest';
import { killAt, untilPublished } from '../../support/crash/outcome.ts';
import { startCrashStack } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

/** The aim is 5 s for the person who waits. The rest is the start of a process on a busy machine. */
const AT_ONCE_MS = 5_000;

describe('the next process on a SQLite ledger', () => {
  it.each<Moment>(['token sent', 'create answered', 'patch sent'])(
    'goes on at once with a sign-up that was killed at %s: the lease of a dead process does not hold it up',
    async (moment) => {
      const stack = await startCrashStack();
      const first = await stack.start(0);
      const killed = killAt(stack, moment, first);
      await stack.signUp(first);
      await killed;
      await stack.start(0);
      const startedAt = performance.now();
      await untilPublished(stack, 'pending');
      expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    },
  );

  it('is refused while the first one serves, and says why', async () => {
    const stack = await startCrashStack();
    const first = await stack.start(0);
    await expect(stack.start(0)).rejects.toThrow(/another process of this service uses the ledger .*ledger/);
    expect(await stack.signUp(first)).toBe(204);
    await untilPublished(stack, 'pending');
  });

  it('starts when the first one has stopped', async () => {
    const stack = await startCrashStack();
    const first = await stack.start(0);
    const [second] = await Promise.all([stack.start(0), first.stop()]);
    expect(await stack.signUp(second)).toBe(204);
  });
});
