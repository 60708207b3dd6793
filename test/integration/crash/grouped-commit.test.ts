import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openLedger } from '../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../webhook/verification/record/index.ts';
import { addStarted, MINUTE, NOW } from '../../contract/ledger/world.ts';
import { freshFolder } from '../../support/service/databases.ts';

const WRITER = fileURLToPath(new URL('../../support/crash/killed-writer.ts', import.meta.url));

/** What a ledger has of the callbacks: all parts of each, or none of any. */
interface Written {
  readonly requests: number;
  readonly claims: number;
  readonly events: number;
}

/** Two executions under way in a ledger that is closed. */
async function ledgerWithExecutions(folder: string) {
  const path = join(folder, 'ledger.sqlite');
  const ledger = await openLedger(`file:${path}`, NOW, normalize);
  const ids = [await addStarted(ledger, NOW + MINUTE), await addStarted(ledger, NOW + MINUTE)];
  const records = await Promise.all(ids.map((id) => ledger.record(id)));
  await ledger.close();
  return { path, ids, executionIds: records.flatMap((record) => record?.verifications[0]?.executionId ?? []) };
}

/** Writes the callbacks into a copy of the ledger in a process that is killed before this statement. */
async function killedAt(statement: number, world: Awaited<ReturnType<typeof ledgerWithExecutions>>) {
  const path = `${world.path}.${statement}`;
  await copyFile(world.path, path);
  const url = `file:${path}`;
  const flags = ['--import', 'tsx', WRITER, url, String(NOW), String(statement), ...world.executionIds];
  const run = await promisify(execFile)(process.execPath, flags).catch((error: { stdout: string }) => error);
  const lines = run.stdout.split('\n');
  return {
    acknowledged: lines.filter((line) => line === 'written').length,
    statements: Number(/statements (\d+)/.exec(run.stdout)?.[1] ?? 0),
    written: await readWritten(url, world.ids),
  };
}

async function readWritten(url: string, ids: readonly string[]): Promise<Written> {
  const ledger = await openLedger(url, NOW, normalize, { beginsEpoch: false });
  const records = await Promise.all(ids.map((id) => ledger.record(id)));
  const events = await Promise.all(ids.map((id) => ledger.events(id)));
  await ledger.close();
  return {
    requests: records.filter((record) => (record?.identity.readRequests ?? 0) > 0).length,
    claims: records.filter((record) => record?.verifications[0]?.claimedStatus === 'PROCESSED').length,
    events: events.flat().filter(({ kind }) => kind === 'callback').length,
  };
}

it('a process that is killed before any statement of a grouped commit leaves all of the group or nothing', async () => {
  const world = await ledgerWithExecutions(await freshFolder());
  const survived = await killedAt(0, world);
  expect(survived).toMatchObject({ acknowledged: 2, written: { requests: 2, claims: 2, events: 2 } });
  // Begin, four statements for each of two callbacks, commit.
  expect(survived.statements).toBeGreaterThanOrEqual(10);
  const points = Array.from({ length: survived.statements }, (_, index) => index + 1);
  for (let from = 0; from < points.length; from += 4) {
    const killed = await Promise.all(points.slice(from, from + 4).map((point) => killedAt(point, world)));
    for (const { acknowledged, written } of killed) {
      expect(acknowledged).toBe(0);
      expect(written).toEqual({ requests: 0, claims: 0, events: 0 });
    }
  }
});
