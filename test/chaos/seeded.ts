import { createHash } from 'node:crypto';

/** A source of numbers that a seed determines: the same seed gives the same plan. */
export interface Seeded {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly [T, ...T[]]): T;
  uuid(): string;
}

function stateOf(parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join('\n')).digest().readUInt32LE(0);
}

/** Returns the source of these parts. What is drawn for one person or call must not depend on the order of the others, so each has a source of its own. */
export function seeded(...parts: readonly (string | number)[]): Seeded {
  let state = stateOf(parts);
  // mulberry32: 32 bits of state are plenty for the few draws of one source.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}

/** Returns one of the names, each as often as its weight says. */
export function weighted<Name extends string>(random: Seeded, weights: Readonly<Record<Name, number>>): Name {
  const names = Object.keys(weights).filter((name): name is Name => name in weights);
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  let left = random.next() * total;
  for (const name of names) {
    left -= weights[name];
    if (left < 0) return name;
  }
  throw new Error('there are no weights');
}

/** Returns the list in another order. */
export function shuffled<T>(random: Seeded, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
