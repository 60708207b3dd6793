import { z } from 'zod';
import type { ChaosDatabase } from '../system/database.ts';
import type { ChaosReceiver, Known } from './receiver.ts';

const number = z.coerce.number();

const identityRows = z.array(
  z.object({ id: z.string(), status: z.string(), version: number, erased_at: number.nullable() }),
);

const countRow = z.tuple([z.object({ n: number })]);

/** What is to be true of one application at the end. */
export interface Checked {
  readonly name: string;
  readonly receiver: ChaosReceiver;
  /** The statuses that it is told of; undefined: every one. */
  readonly statuses?: readonly string[];
}

/** The state of each identity, as an application should know it. */
async function truth(database: ChaosDatabase): Promise<Map<string, Known>> {
  const rows = identityRows.parse(await database.query('select id, status, version, erased_at from identities'));
  return new Map(
    rows.map(({ id, status, version, erased_at }) => [
      id,
      { status: erased_at === null ? status : 'erased', sequence: version },
    ]),
  );
}

/** Each was taken first in its order, and none was left out; of an erased person the events that were not taken are deleted. */
function misordered(order: ReadonlyMap<string, readonly number[]>, expected: ReadonlyMap<string, Known>): string[] {
  return [...order].flatMap(([id, sequences]) => {
    const isErased = expected.get(id)?.status === 'erased';
    const broken = sequences.some((one, n) => {
      const before = sequences[n - 1] ?? 0;
      return one <= before || (one !== before + 1 && !(isErased && n === sequences.length - 1));
    });
    return broken ? [`${id}: taken in the order ${sequences.join(' ')}`] : [];
  });
}

/** Returns what is not as it should be; nothing, if every last event has arrived and the application knows what the ledger knows. */
export async function checkEvents(database: ChaosDatabase, checked: readonly Checked[]): Promise<string[]> {
  const expected = await truth(database);
  const violations: string[] = [];
  for (const { name, receiver, statuses } of checked) {
    violations.push(...receiver.wrong.map((what) => `${name}: ${what}`));
    if (statuses === undefined)
      violations.push(...misordered(receiver.order, expected).map((what) => `${name}: ${what}`));
    for (const [id, { status, sequence }] of expected) {
      if (statuses !== undefined && !statuses.includes(status)) continue;
      const known = receiver.known.get(id);
      if (known?.status === status && known.sequence === sequence) continue;
      violations.push(`${name}: ${id} is ${status} ${sequence}, and known as ${known?.status} ${known?.sequence}`);
    }
    const [{ n }] = countRow.parse(
      await database.query(`select count(*) as n from deliveries where endpoint = '${name}' and result is null`),
    );
    if (n > 0) violations.push(`${name}: ${n} events were not taken`);
  }
  return violations;
}
