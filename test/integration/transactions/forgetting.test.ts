import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventually, passTime } from '../../support/service/eventually.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';
import { type Bank, bank } from '../../support/transactions/bank.ts';

async function ended(): Promise<{ service: Bank; paid: string; left: string }> {
  const service = await bank();
  service.clock.stop();
  const sub = randomUUID();
  const [paid, left] = [await service.record({ sub }), await service.record({ sub })];
  await service.answer(paid, 'right');
  await service.consume(paid, 'key');
  return { service, paid, left };
}

function details(service: Bank, id: string) {
  return service.ctx.ledger.transactions.find(id).then((row) => [row?.details ?? null, row?.redirectUri ?? null]);
}

function untilCleared(service: Bank, id: string): Promise<void> {
  return eventually(async () => expect(await details(service, id)).toEqual([null, null]));
}

it('the worker clears what was not consumed after 30 days, and what was after the retention', async () => {
  const { service, paid, left } = await ended();
  passTime(service, 29 * DAY);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await details(service, left))[0]).not.toBeNull();
  passTime(service, 2 * DAY);
  await untilCleared(service, left);
  expect((await details(service, paid))[0]).not.toBeNull();
  passTime(service, 368 * DAY);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await details(service, paid))[0]).not.toBeNull();
  passTime(service, 2 * DAY);
  await untilCleared(service, paid);
  const view = (await service.ask('GET', `/transactions/${paid}`)).json();
  expect(view).toMatchObject({ status: 'consumed' });
});

it('what is over is looked for once in an hour, and what ended since is found', async () => {
  const { service, left } = await ended();
  passTime(service, 31 * DAY);
  await untilCleared(service, left);
  const late = await service.record({});
  passTime(service, 31 * DAY + HOUR);
  await untilCleared(service, late);
});

it('the same request consumes again after the retention, and says what it said', async () => {
  const { service, paid } = await ended();
  const claims = (approval: string) => JSON.parse(Buffer.from(approval.split('.')[1] ?? '', 'base64url').toString());
  const before = (await service.consume(paid, 'key')).json().approval;
  passTime(service, 401 * DAY);
  await untilCleared(service, paid);
  const after = await service.consume(paid, 'key');
  expect(claims(after.json().approval)).toEqual(claims(before));
});
