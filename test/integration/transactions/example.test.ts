import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { PUBLIC_URL } from '../../support/service/service.ts';
import { BANK, type Bank, bank } from '../../support/transactions/bank.ts';

const PROGRAM = fileURLToPath(new URL('../../../docs/examples/payments/pay.mjs', import.meta.url));

const run = promisify(execFile);

/** A back end beside a service that listens. */
async function backEnd(service: Bank) {
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'order-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const env = { ...process.env, SERVICE: url, ISSUER: PUBLIC_URL, CLIENT_ID: BANK.id, CLIENT_SECRET: BANK.secret };
  const order = {
    id: 'order-4711',
    tries: 1,
    payer: randomUUID(),
    returnTo: BANK.redirectUri,
    amount: '50.00',
    currency: 'EUR',
    payee: 'John Doe',
    iban: 'DE02100100109307118603',
  };
  return async (step: string, args: readonly string[] = [], patch: object = {}) => {
    const file = join(folder, 'order.json');
    await writeFile(file, JSON.stringify({ ...order, ...patch }));
    const { stdout } = await run(process.execPath, [PROGRAM, step, file, ...args], { env });
    return JSON.parse(stdout);
  };
}

it('the program of docs/payments.md records a payment, consumes its approval and pays once', async () => {
  const service = await bank();
  const call = await backEnd(service);
  const { id, url } = await call('record');
  expect(url).toBe(`${PUBLIC_URL}/approve/${id}`);
  expect((await call('record')).id).toBe(id);
  await expect(call('finish', [id, 'a-session'])).rejects.toThrow('409: not-approved');
  await service.answer(id, 'right');
  await expect(call('finish', [id, 'a-session'], { amount: '500.00' })).rejects.toThrow('409: differs');
  const paid = await call('finish', [id, 'a-session']);
  expect(paid).toMatchObject({ paid: 'order-4711', amount: '50.00 EUR', authenticationCode: expect.any(String) });
  expect(await call('finish', [id, 'a-session'])).toEqual(paid);
  await expect(call('finish', [id, 'another-session'])).rejects.toThrow('somebody else approved it');
});
