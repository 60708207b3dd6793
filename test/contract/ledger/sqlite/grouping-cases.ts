import { expect, test } from 'vitest';
import { updateVerification } from '../../../../webhook/verification/record/record.ts';
import { type SideConnection, sqlite } from '../../../support/service/databases.ts';
import { countReadRequest, NOW, openOn, outcomes, signUp } from '../world.ts';

/** The data version of another connection: each commit with a write raises it. */
async function dataVersion(connection: SideConnection): Promise<number> {
  const [row] = await connection.run('pragma data_version');
  return Number(row?.data_version);
}

/** The number of frames in the log: each commit appends its own, so the same page counts once per commit. */
async function logFrames(connection: SideConnection): Promise<number> {
  const [row] = await connection.run('pragma wal_checkpoint(passive)');
  return Number(row?.log);
}

export function groupingCases(): void {
  test('concurrent changes share commits', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const ids = await Promise.all(Array.from({ length: 100 }, () => signUp(ledger)));
    const connection = await sqlite.connectBeside(url);
    await connection.run('pragma wal_checkpoint(truncate)');
    await Promise.all(ids.map((id) => ledger.change(id, NOW, countReadRequest)));
    const together = await logFrames(connection);
    await connection.run('pragma wal_checkpoint(truncate)');
    for (const id of ids) await ledger.change(id, NOW, countReadRequest);
    const oneByOne = await logFrames(connection);
    expect(oneByOne).toBeGreaterThanOrEqual(100);
    expect(together).toBeLessThan(oneByOne / 2);
  });

  test('a change is not reported before its group is durable', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const id = await signUp(ledger);
    const connection = await sqlite.connectBeside(url);
    const seen: unknown[] = [];
    const changes = Array.from({ length: 10 }, () =>
      ledger.change(id, NOW, countReadRequest).then(async () => {
        seen.push((await connection.run(`select read_requests from identities where id = '${id}'`))[0]?.read_requests);
      }),
    );
    const before = await dataVersion(connection);
    await Promise.all(changes);
    expect(await dataVersion(connection)).not.toBe(before);
    expect(seen).toEqual(Array(10).fill(10));
  });

  test('the gate reads a change only once it is durable, and then at once', async () => {
    const ledger = await openOn(sqlite);
    const id = await signUp(ledger);
    let seenWithin: Promise<string | undefined> | undefined;
    await ledger.change(id, NOW, (found) => {
      seenWithin = ledger.gate(id).then((row) => row?.status);
      return found && { record: updateVerification(found, found.verifications[0]?.id ?? '', { state: 'expired' }) };
    });
    expect(await seenWithin).toBe('pending');
    expect((await ledger.gate(id))?.status).toBe('expired');
  });

  test('a failed change of a group does not affect the others', async () => {
    const ledger = await openOn(sqlite);
    const ids = await Promise.all(Array.from({ length: 10 }, () => signUp(ledger)));
    const changes = ids.map((id, n) =>
      ledger.change(id, NOW, (found) => {
        if (n === 4) throw new RangeError('a mistake of ours');
        return countReadRequest(found);
      }),
    );
    const names = await outcomes(changes);
    expect(names).toEqual(ids.map((_, n) => (n === 4 ? 'RangeError' : 'kept')));
    const readRequests = await Promise.all(ids.map(async (id) => (await ledger.record(id))?.identity.readRequests));
    expect(readRequests).toEqual(ids.map((_, n) => (n === 4 ? 0 : 1)));
  });

  test('many writes in sequence do not block the event loop', async () => {
    const ledger = await openOn(sqlite);
    const id = await signUp(ledger);
    let written = 0;
    let writtenWhenItFired: number | undefined;
    setTimeout(() => {
      writtenWhenItFired = written;
    }, 1);
    for (; written < 200; written += 1) await ledger.change(id, NOW, countReadRequest);
    expect(writtenWhenItFired).toBeLessThan(100);
  });
}
