import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LedgerUnavailable } from '../../../../webhook/errors.ts';
import { type Ledger, openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { refusingUrl } from '../../../support/fakes/http-server.ts';
import { startRelay } from '../../../support/fakes/relay.ts';
import { POSTGRES_URL, postgres } from '../../../support/service/databases.ts';
import { claim, countReadRequest, NOW, nextDue, openOn, outcomes, signUp } from '../world.ts';

async function behindRelay(direct?: string) {
  const url = new URL(direct ?? (await postgres.fresh()));
  const relay = await startRelay(Number(new URL(POSTGRES_URL).port || 5432), new URL(POSTGRES_URL).hostname);
  url.hostname = '127.0.0.1';
  url.port = String(relay.port);
  const ledger = await openOn(postgres, url.href);
  return { relay, ledger, id: await signUp(ledger) };
}

/** Every call of the service to a ledger. */
function everyCall(ledger: Ledger, id: string): Promise<unknown>[] {
  return [
    ledger.gate(id),
    ledger.record(id),
    ledger.requestRead({ executionId: id }, NOW, () => undefined),
    ledger.identityOfExecution(id),
    nextDue(ledger),
    ledger.events(id),
    ledger.budgets.turn({ perSecond: 1, burst: 5 }, NOW),
    ledger.budgets.paused(NOW),
    ledger.change(id, NOW, countReadRequest),
    ledger.note(NOW, { kind: 'x' }),
    ledger.budgets.pause('account', NOW, 1),
    ledger.budgets.cleared(NOW),
    claim(ledger),
    ledger.probe(NOW),
  ];
}

export function faultPostgresCases(): void {
  test('if the server is unreachable every call fails at once, and works again when it returns', async () => {
    const { relay, ledger, id } = await behindRelay();
    relay.cut();
    const start = performance.now();
    const names = await outcomes(everyCall(ledger, id));
    expect(names).toEqual(names.map(() => LedgerUnavailable.name));
    expect(performance.now() - start).toBeLessThan(3_000);
    relay.restore();
    expect(await outcomes(everyCall(ledger, id))).toEqual(names.map(() => 'kept'));
  });

  test('a connection that breaks during a change fails that change, not the process', async () => {
    const { relay, ledger, id } = await behindRelay();
    const uncaught: unknown[] = [];
    const catching = (error: unknown): number => uncaught.push(error);
    process.on('uncaughtException', catching);
    onTestFinished(() => {
      process.off('uncaughtException', catching);
    });
    const broken = ledger.change(id, NOW, (found) => {
      relay.cut();
      return countReadRequest(found);
    });
    expect(await outcomes([broken])).toEqual([LedgerUnavailable.name]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(uncaught).toEqual([]);
    relay.restore();
    expect((await ledger.record(id))?.identity.readRequests).toBe(0);
  });

  test('if the server does not answer every call fails within seconds', { timeout: 60_000 }, async () => {
    const { relay, ledger, id } = await behindRelay();
    relay.hang();
    const start = performance.now();
    const names = await outcomes([
      ledger.gate(id),
      ledger.change(id, NOW, countReadRequest),
      ledger.record(randomUUID()),
    ]);
    expect(names).toEqual(names.map(() => LedgerUnavailable.name));
    expect(performance.now() - start).toBeLessThan(15_000);
    relay.cut();
  });

  test('the locks of a replica that disappeared during a change are released within seconds', async () => {
    const url = await postgres.fresh();
    const { relay, ledger: vanishing, id } = await behindRelay(url);
    const other = await openOn(postgres, url);
    const lost = vanishing.change(id, NOW, (found) => {
      relay.hang();
      return countReadRequest(found);
    });
    const ended = outcomes([lost]);
    const persistent = vi.waitFor(() => other.change(id, NOW, countReadRequest), { timeout: 15_000, interval: 10 });
    expect((await persistent)?.identity.readRequests).toBe(1);
    relay.cut();
    expect(await ended).toEqual([LedgerUnavailable.name]);
  });

  test('a URL without a server is refused when the ledger is opened', async () => {
    const { port } = new URL(await refusingUrl());
    const start = performance.now();
    await expect(openLedger(`postgres://root@127.0.0.1:${port}/test`, NOW, normalize)).rejects.toThrow(/PostgreSQL/);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
}
