import { expect, it, vi } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import { createRounds } from '../../../webhook/metrics/rounds.ts';

const idle = async (): Promise<void> => undefined;

it('both rounds begin at once, and a stop ends a long one at its next page', async () => {
  const pages: number[] = [];
  const short = vi.fn(idle);
  const long = async (pause: () => Promise<void>): Promise<void> => {
    for (let page = 1; page <= 1_000; page += 1) {
      pages.push(page);
      await pause();
    }
  };
  const onFault = vi.fn();
  const rounds = createRounds({ short, long, isWritable: () => true }, onFault);
  rounds.start();
  await vi.waitFor(() => expect(pages).toEqual([1]));
  await rounds.stop();
  expect([short.mock.calls.length, pages, onFault.mock.calls]).toEqual([1, [1], []]);
});

it('a ledger that fails is no fault of a round; any other error is told, and the rounds go on', async () => {
  const fault = new TypeError('a defect');
  const onFault = vi.fn();
  const short = vi.fn(() => Promise.reject(new LedgerUnavailable('locked')));
  const long = vi.fn(() => Promise.reject(fault));
  const rounds = createRounds({ short, long, isWritable: () => false }, onFault);
  rounds.start();
  await vi.waitFor(() => expect(onFault.mock.calls).toEqual([[fault]]));
  await rounds.stop();
  expect([short, long].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});
