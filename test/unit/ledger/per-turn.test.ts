import { expect, it } from 'vitest';
import { perTurn } from '../../../webhook/ledger/database/per-turn.ts';

it('the calls of one turn are one run, and those of the next turn another', async () => {
  const runs: (readonly number[])[] = [];
  const double = perTurn(10, async (numbers: readonly number[]) => {
    runs.push(numbers);
    return numbers.map((number) => number * 2);
  });
  expect(await Promise.all([double(1), double(2)])).toEqual([2, 4]);
  expect(await double(3)).toBe(6);
  expect(runs).toEqual([[1, 2], [3]]);
});

it('more calls than a run takes are further runs, and each gets its own result', async () => {
  const sizes: number[] = [];
  const same = perTurn(4, async (numbers: readonly number[]) => {
    sizes.push(numbers.length);
    return numbers;
  });
  const numbers = Array.from({ length: 10 }, (_, n) => n);
  expect(await Promise.all(numbers.map(same))).toEqual(numbers);
  expect(sizes).toEqual([4, 4, 2]);
});

it('a run that fails, or gives too few results, fails the calls that have none', async () => {
  const fail = perTurn(10, () => Promise.reject(new Error('down')));
  expect(await Promise.allSettled([fail(1), fail(2)])).toMatchObject([
    { reason: { message: 'down' } },
    { reason: { message: 'down' } },
  ]);
  const short = perTurn(10, async (numbers: readonly number[]) => numbers.slice(1));
  await expect(Promise.all([short(1), short(2)])).rejects.toThrow('2 calls had 1 results');
});
