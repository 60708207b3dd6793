import { afterEach, describe, expect, it, vi } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';
import { retry, waitFor, withTimeout } from '../../../webhook/verification/waiting.ts';
import { newRecord } from '../../support/builders/history.ts';
import { createInMemoryContext } from '../../support/service/in-memory-context.ts';

const ID = 'identity';

afterEach(() => {
  vi.useRealTimers();
});

/** A context whose record is read through `read`, and that counts who listens to its writes. */
function listening(read: Context['ledger']['record']) {
  const { ctx } = createInMemoryContext(undefined);
  let listeners = 0;
  const writes: Context['writes'] = {
    notify: ctx.writes.notify,
    subscribe: (id, listener) => {
      const unsubscribe = ctx.writes.subscribe(id, listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        unsubscribe();
      };
    },
  };
  return { ctx: { ...ctx, writes, ledger: { ...ctx.ledger, record: vi.fn(read) } }, listeners: () => listeners };
}

describe('a wait for a record', () => {
  const record = newRecord();

  it('that is done already ends after one read', async () => {
    const { ctx, listeners } = listening(async () => record);
    expect(await waitFor(ctx, ID, 10_000, () => true)).toBe(record);
    expect(ctx.ledger.record).toHaveBeenCalledTimes(1);
    expect(listeners()).toBe(0);
  });

  it('ends at once when a step has written the record, and removes its listener', async () => {
    vi.useFakeTimers();
    const { ctx, listeners } = listening(async () => record);
    let isDone = false;
    const waiting = waitFor(ctx, ID, 10_000, () => isDone);
    await vi.advanceTimersByTimeAsync(0);
    isDone = true;
    ctx.writes.notify('another identity');
    await vi.advanceTimersByTimeAsync(0);
    expect(ctx.ledger.record).toHaveBeenCalledTimes(1);
    ctx.writes.notify(ID);
    expect(await waiting).toBe(record);
    expect(ctx.ledger.record).toHaveBeenCalledTimes(2);
    expect(listeners()).toBe(0);
  });

  it('does not miss a write that happens while the record is read', async () => {
    vi.useFakeTimers();
    let isDone = false;
    const { ctx } = listening(async () => {
      if (!isDone) ctx.writes.notify(ID);
      return record;
    });
    const waiting = waitFor(ctx, ID, 10_000, () => {
      const wasDone = isDone;
      isDone = true;
      return wasDone;
    });
    expect(await waiting).toBe(record);
    expect(ctx.ledger.record).toHaveBeenCalledTimes(2);
  });

  it('reads the record every 250 ms for what other replicas write', async () => {
    vi.useFakeTimers();
    const { ctx } = listening(async () => record);
    let isDone = false;
    const waiting = waitFor(ctx, ID, 10_000, () => isDone);
    await vi.advanceTimersByTimeAsync(999);
    expect(ctx.ledger.record).toHaveBeenCalledTimes(4);
    isDone = true;
    await vi.advanceTimersByTimeAsync(1);
    expect(await waiting).toBe(record);
  });

  it('that times out returns the last record and removes its listener and its timer', async () => {
    vi.useFakeTimers();
    const { ctx, listeners } = listening(async () => record);
    const waiting = waitFor(ctx, ID, 600, () => false);
    await vi.advanceTimersByTimeAsync(599);
    expect(listeners()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waiting).toBe(record);
    expect([listeners(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('of a ledger that fails rejects and removes its listener', async () => {
    const { ctx, listeners } = listening(() => Promise.reject(new LedgerUnavailable('away')));
    await expect(waitFor(ctx, ID, 600, () => true)).rejects.toThrow(LedgerUnavailable);
    expect(listeners()).toBe(0);
  });

  it('serves several handlers of one identity', async () => {
    vi.useFakeTimers();
    const { ctx, listeners } = listening(async () => record);
    let isDone = false;
    const waiting = [1, 2, 3].map(() => waitFor(ctx, ID, 10_000, () => isDone));
    await vi.advanceTimersByTimeAsync(0);
    expect(listeners()).toBe(3);
    isDone = true;
    ctx.writes.notify(ID);
    expect(await Promise.all(waiting)).toEqual([record, record, record]);
    expect(listeners()).toBe(0);
  });
});

describe('a retry', () => {
  it('returns the first success', async () => {
    let tries = 0;
    const work = async (): Promise<number> => {
      tries += 1;
      if (tries < 3) throw new Error(`try ${tries}`);
      return tries;
    };
    expect(await retry(work, () => 1)).toBe(3);
  });

  it('rejects with the last error where there is no further pause', async () => {
    const seen: number[] = [];
    const work = () => Promise.reject(new Error(`try ${seen.length + 1}`));
    const pauseAfter = (_: unknown, failures: number): number | undefined => {
      seen.push(failures);
      return [1, 1][failures - 1];
    };
    await expect(retry(work, pauseAfter)).rejects.toThrow('try 3');
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('a time-out', () => {
  it('ends the wait, not the work, and leaves no timer', async () => {
    vi.useFakeTimers();
    let end: (value: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => {
      end = resolve;
    });
    const first = withTimeout(work, 100);
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toBe('timeout');
    end('done');
    expect(await withTimeout(work, 100)).toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that lies in the past still returns a result that is there', async () => {
    expect(await withTimeout(Promise.resolve('done'), -1)).toBe('done');
  });
});
