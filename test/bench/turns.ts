import { median } from './load.ts';

/** The compared sides. `again` is like `without`, in a process of its own: its difference is the noise. */
export interface Sides<T> {
  readonly without: T;
  readonly with: T;
  readonly again: T;
}

const NAMES = ['without', 'with', 'again'] as const;
const BLOCKS = 4;

export function mapped<A, B>(sides: Sides<A>, make: (side: A) => B): Sides<B> {
  return { without: make(sides.without), with: make(sides.with), again: make(sides.again) };
}

/** The same for each side, one after the other: processes that start at once disturb each other. */
export async function forEachSide<A, B>(sides: Sides<A>, make: (side: A) => Promise<B>): Promise<Sides<B>> {
  return { without: await make(sides.without), with: await make(sides.with), again: await make(sides.again) };
}

/** The sides in order, starting with another one each time. */
function orderOf(round: number): readonly (keyof Sides<unknown>)[] {
  const first = round % NAMES.length;
  return [...NAMES.slice(first), ...NAMES.slice(0, first)];
}

/**
 * Rounds in which each side has each position equally often, so that a machine that becomes slower affects all alike.
 * No side is measured twice in a row, which alone would make it a few percent faster.
 */
export async function inTurns<Figure>(
  rounds: number,
  sides: Sides<() => Promise<Figure>>,
): Promise<Sides<readonly Figure[]>> {
  const figures: Sides<Figure[]> = { without: [], with: [], again: [] };
  for (let n = 0; n < rounds; n += 1) for (const name of orderOf(n)) figures[name].push(await sides[name]());
  return figures;
}

/** The median over all, and over each of so many parts of the run. */
function medians(ratios: readonly number[]): string {
  const size = Math.ceil(ratios.length / BLOCKS);
  const blocks = Array.from({ length: BLOCKS }, (_, n) => median(ratios.slice(n * size, (n + 1) * size)));
  return `${median(ratios).toFixed(2)} (${blocks.map((one) => one.toFixed(2)).join(' ')})`;
}

/** With beside without; and, as the run's noise, a second process without beside the first, measured in the same way. */
export function compared(figures: Sides<readonly number[]>): string {
  const beside = (side: readonly number[]): string =>
    medians(side.map((figure, n) => figure / (figures.without[n] ?? Number.NaN)));
  return `${beside(figures.with)}, without twice ${beside(figures.again)}`;
}
