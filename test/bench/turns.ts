import { median } from './load.ts';

/** One round: each side measured twice, in an order in which a machine that grows slower harms both alike. */
interface Round<Figure> {
  readonly with: readonly [Figure, Figure];
  readonly without: readonly [Figure, Figure];
}

const BLOCKS = 4;

/** Rounds that go without, with, with, without. */
export async function inTurns<Figure>(
  rounds: number,
  without: () => Promise<Figure>,
  withIt: () => Promise<Figure>,
): Promise<Round<Figure>[]> {
  const measured: Round<Figure>[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const [first, second, third, fourth] = [await without(), await withIt(), await withIt(), await without()];
    measured.push({ with: [second, third], without: [first, fourth] });
  }
  return measured;
}

/** The median over all, and over each of so many parts of the run: how far those differ is its noise. */
function medians(ratios: readonly number[]): string {
  const size = Math.ceil(ratios.length / BLOCKS);
  const blocks = Array.from({ length: BLOCKS }, (_, n) => median(ratios.slice(n * size, (n + 1) * size)));
  return `${median(ratios).toFixed(2)} (${blocks.map((one) => one.toFixed(2)).join(' ')})`;
}

/** With beside without; and, as the run's noise, either side beside itself, measured in the same way. */
export function compared(rounds: readonly Round<number>[]): string {
  const both = rounds.flatMap((one) => [one.with[0] / one.without[0], one.with[1] / one.without[1]]);
  const same = rounds.flatMap((one) => [one.with[1] / one.with[0], one.without[0] / one.without[1]]);
  return `${medians(both)}, the same side twice ${medians(same)}`;
}
