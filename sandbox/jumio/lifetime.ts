const GRAMMAR = /^([+-]?\d+)([smhd]{1})$/;
const UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHORTEST = 5 * 60_000;
const LONGEST = 60 * 86_400_000;

/** Milliseconds of a `tokenLifetime` such as `30m`; undefined outside Jumio's grammar or its 5m to 60d. */
export function parseLifetime(text: string): number | undefined {
  const [, amount, unit = ''] = GRAMMAR.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT[unit] ?? Number.NaN);
  return milliseconds >= SHORTEST && milliseconds <= LONGEST ? milliseconds : undefined;
}
